import assert from 'node:assert/strict';
import { test } from 'node:test';

import { levelOf } from './meter.ts';

test('meter: silence is 0, speech lies between, the loudest is 1', () => {
  assert.equal(levelOf(0), 0);
  assert.equal(levelOf(1), 1);
  assert.ok(levelOf(0.02) > 0.3 && levelOf(0.02) < 0.7);
  assert.ok(levelOf(0.05) > levelOf(0.02));
});
