import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Wake } from './wake.ts';

test('wake: a look that comes far too late follows a sleep, once', () => {
  const wake = new Wake();
  const looks = [1_000_000, 1_000_250, 1_001_250, 1_006_300, 1_006_550].map((ms) => wake.look(ms));
  assert.deepEqual(looks, [false, false, false, true, false]);
});

test('wake: a clock that is set back is no sleep', () => {
  const wake = new Wake();
  assert.deepEqual([1_000_000, 1_000, 1_250].map((ms) => wake.look(ms)), [false, false, false]);
});
