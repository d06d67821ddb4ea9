import assert from 'node:assert/strict';
import { test } from 'node:test';

import { errorCode } from './fault.ts';

test('faults: unknown codes of the server are internal ones', () => {
  assert.deepEqual(['relay_unavailable', 'unavailable', 'leak', 7, undefined].map(errorCode),
    ['relay_unavailable', 'queue_unavailable', 'internal', 'internal', 'internal']);
});
