import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judgeClose } from './closes.ts';
import type { Progress } from './closes.ts';
import { errorCode, Fault } from './fault.ts';

const NEW: Progress = { inCall: false, placed: false, renewed: false };
const WAITING: Progress = { ...NEW, placed: true };
const CALLING: Progress = { ...WAITING, inCall: true };

const judge = (code: number, error: string | null, progress: Progress, retryAfterS: number | null = null) =>
  judgeClose({ code, error: error === null ? null : { code: error, retryAfterS } }, progress);
const fault = (code: string, retryAfterS: number | null = null) => ({ fault: new Fault(errorCode(code), retryAfterS) });

test('closes: a lost, restarted or timed-out socket is opened again', () => {
  for (const code of [1001, 1005, 1006, 1011, 4000, 4408]) {
    assert.deepEqual(judge(code, null, NEW), { again: 'later', afterS: 0 }, String(code));
  }
  assert.deepEqual(judge(1012, null, CALLING), { again: 'now' });
});

test('closes: a refused token is replaced once', () => {
  assert.deepEqual(judge(4401, 'unauthorized', NEW), { again: 'with_new_session' });
  assert.deepEqual(judge(4401, 'unauthorized', { ...NEW, renewed: true }), fault('unauthorized'));
});

test('closes: a newer socket of the same session ends this one for good', () => {
  assert.deepEqual(judge(4409, null, CALLING), fault('superseded'));
});

test('closes: what this page did wrong is not tried again', () => {
  for (const code of [4400, 4403, 4413]) assert.deepEqual(judge(code, 'bad_message', CALLING), fault('internal'));
});

test('closes: limits and lacks are told before the queue, with the time after which to try again', () => {
  assert.deepEqual(judge(4429, 'rate_limited', NEW, 30), fault('rate_limited', 30));
  assert.deepEqual(judge(4503, 'relay_unavailable', NEW, 9), fault('relay_unavailable', 9));
  assert.deepEqual(judge(4503, 'server_full', NEW, 10), fault('server_full', 10));
  assert.deepEqual(judge(4503, null, NEW), fault('internal'));
});

test('closes: whoever waits sits out a queue that is away for a moment, but not a lack of relays', () => {
  assert.deepEqual(judge(4503, 'queue_unavailable', WAITING, 2), { again: 'later', afterS: 2 });
  assert.deepEqual(judge(4503, 'relay_unavailable', WAITING), fault('relay_unavailable'));
});

test('closes: a running call outlives every limit and lack', () => {
  assert.deepEqual(judge(4429, 'rate_limited', CALLING, 7), { again: 'later', afterS: 7 });
  assert.deepEqual(judge(4503, 'relay_unavailable', CALLING), { again: 'later', afterS: 1 });
});
