import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judgeClose } from './closes.ts';
import type { Progress } from './closes.ts';
import { errorCode, Fault } from './fault.ts';
import { levelOf } from './meter.ts';
import { microphoneCode } from './microphone.ts';

const NEW: Progress = { inCall: false, placed: false, renewed: false };
const WAITING: Progress = { ...NEW, placed: true };
const CALLING: Progress = { ...WAITING, inCall: true };

const error = (code: string, retryAfterS: number | null = null) => ({ code, retryAfterS });
const fault = (code: string, retryAfterS: number | null = null) => ({ fault: new Fault(errorCode(code), retryAfterS) });

test('closes: a lost, restarted or timed-out socket is opened again', () => {
  for (const code of [1001, 1005, 1006, 1011, 4000, 4408]) {
    assert.deepEqual(judgeClose({ code, error: null }, NEW), { again: 'later', afterS: 0 }, String(code));
  }
  assert.deepEqual(judgeClose({ code: 1012, error: error('shutting_down') }, CALLING), { again: 'now' });
});

test('closes: a refused token is replaced once', () => {
  assert.deepEqual(judgeClose({ code: 4401, error: error('unauthorized') }, NEW), { again: 'with_new_session' });
  assert.deepEqual(judgeClose({ code: 4401, error: error('unauthorized') }, { ...NEW, renewed: true }), fault('unauthorized'));
});

test('closes: a newer socket of the same session ends this one for good', () => {
  assert.deepEqual(judgeClose({ code: 4409, error: null }, CALLING), fault('superseded'));
});

test('closes: what this page did wrong is not tried again', () => {
  for (const code of [4400, 4403, 4413]) assert.deepEqual(judgeClose({ code, error: error('bad_message') }, CALLING), fault('internal'));
});

test('closes: limits and lacks are told before the queue, with the time after which to try again', () => {
  assert.deepEqual(judgeClose({ code: 4429, error: error('rate_limited', 30) }, NEW), fault('rate_limited', 30));
  assert.deepEqual(judgeClose({ code: 4503, error: error('relay_unavailable', 9) }, NEW), fault('relay_unavailable', 9));
  assert.deepEqual(judgeClose({ code: 4503, error: error('server_full', 10) }, NEW), fault('server_full', 10));
  assert.deepEqual(judgeClose({ code: 4503, error: null }, NEW), fault('internal'));
});

test('closes: whoever waits sits out a queue that is away for a moment, but not a lack of relays', () => {
  assert.deepEqual(judgeClose({ code: 4503, error: error('queue_unavailable', 2) }, WAITING), { again: 'later', afterS: 2 });
  assert.deepEqual(judgeClose({ code: 4503, error: error('relay_unavailable') }, WAITING), fault('relay_unavailable'));
});

test('closes: a running call outlives every limit and lack', () => {
  assert.deepEqual(judgeClose({ code: 4429, error: error('rate_limited', 7) }, CALLING), { again: 'later', afterS: 7 });
  assert.deepEqual(judgeClose({ code: 4503, error: error('relay_unavailable') }, CALLING), { again: 'later', afterS: 1 });
});

test('faults: unknown codes of the server are internal ones', () => {
  assert.deepEqual(['relay_unavailable', 'unavailable', 'leak', 7, undefined].map(errorCode),
    ['relay_unavailable', 'queue_unavailable', 'internal', 'internal', 'internal']);
});

test('microphone: each refusal of the browser has its own code', () => {
  const named = (name: string) => microphoneCode(Object.assign(new Error(), { name }));
  assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError', 'toString'].map(named),
    ['microphone_refused', 'microphone_absent', 'microphone_busy', 'unsupported', 'unsupported']);
});

test('meter: silence is 0, speech lies between, the loudest is 1', () => {
  assert.equal(levelOf(0), 0);
  assert.equal(levelOf(1), 1);
  assert.ok(levelOf(0.02) > 0.3 && levelOf(0.02) < 0.7);
  assert.ok(levelOf(0.05) > levelOf(0.02));
});
