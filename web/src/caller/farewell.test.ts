import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Farewell } from './farewell.ts';
import type { ServerMessage } from './wire.ts';

const [one, other] = ['A'.repeat(22), 'B'.repeat(22)];
const channel = { url: '/realtime/v1', key: '', token: '' };
const resumed = (id: string): ServerMessage => ({ type: 'resumed', call_id: id, channel });
const ended = (id: string): ServerMessage => ({ type: 'ended', call_id: id, reason: 'gone' });
const matched = (id: string): ServerMessage => ({
  type: 'matched', call_id: id, topic: `call-${id}`, side: 'a', partner: 'human', channel,
  deadlines: { channel_s: 5, parameters_s: 5, ice_s: 10, audio_s: 3, call_s: 3600 },
});

test('whoever left a call does not go back into it', () => {
  const farewell = new Farewell();
  farewell.leave(one);

  assert.equal(farewell.callId, null);
  assert.deepEqual(farewell.answer(matched(one)), [{ type: 'next', call_id: one }]);
});

test('a block is said again, whether the call still runs or has ended', () => {
  for (const back of [resumed, matched, ended]) {
    const farewell = new Farewell();
    farewell.block(one);

    assert.equal(farewell.callId, one);
    assert.deepEqual(farewell.answer(back(one)), [{ type: 'block', call_id: one }, { type: 'next', call_id: one }]);
    assert.equal(farewell.callId, null, 'once');
  }
});

test('news of anything else is not for it', () => {
  const farewell = new Farewell();
  for (const leave of [() => undefined, () => farewell.leave(one), () => farewell.block(one)]) {
    leave();
    for (const news of [matched(other), resumed(other), ended(other)]) assert.equal(farewell.answer(news), null);
    assert.equal(farewell.answer({ type: 'heartbeat' }), null);
  }
});
