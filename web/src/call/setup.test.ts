import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Setup } from './setup.ts';

const DEADLINES = { channel_s: 5, parameters_s: 4, ice_s: 10, audio_s: 3, call_s: 3600 };

/** The deadline after these steps, each at its time in s, and the stage that is late then. */
function after(...steps: ['join' | 'describe' | 'connect' | 'hear', number][]): [number, string | null] {
  const setup = new Setup(DEADLINES, 0);
  for (const [step, seconds] of steps) {
    assert.equal(setup.late(seconds * 1000), null);
    setup[step](seconds * 1000);
  }
  const { deadlineMs } = setup;
  if (deadlineMs === Infinity) return [Infinity, setup.late(1e9)];
  assert.equal(setup.late(deadlineMs - 1), null);
  return [deadlineMs / 1000, setup.late(deadlineMs)];
}

test('setup: parameters by the channel: each stage has its own time', () => {
  assert.deepEqual(after(), [5, 'channel']);
  assert.deepEqual(after(['join', 2]), [6, 'parameters']);
  assert.deepEqual(after(['join', 2], ['describe', 3]), [13, 'ice']);
  assert.deepEqual(after(['join', 2], ['describe', 3], ['connect', 4]), [7, 'audio']);
  assert.deepEqual(after(['join', 2], ['describe', 3], ['connect', 4], ['hear', 5]), [Infinity, null]);
});

test('setup: parameters with the match: ICE begins at once, and the channel is still needed', () => {
  assert.deepEqual(after(['describe', 0]), [5, 'channel']);
  assert.deepEqual(after(['describe', 0], ['join', 4]), [14, 'ice']);
});

test('setup: what is connected needs no channel any more', () => {
  assert.deepEqual(after(['describe', 0], ['connect', 4]), [7, 'audio']);
  assert.deepEqual(after(['describe', 0], ['connect', 1], ['hear', 2]), [Infinity, null]);
});

test('setup: joining again, or after the first audio, changes nothing', () => {
  assert.deepEqual(after(['join', 1], ['describe', 2], ['join', 9]), [12, 'ice']);
  assert.deepEqual(after(['describe', 0], ['connect', 1], ['hear', 2], ['join', 3]), [Infinity, null]);
  assert.deepEqual(after(['describe', 0], ['connect', 1], ['join', 3]), [4, 'audio']);
});
