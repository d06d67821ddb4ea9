import assert from 'node:assert/strict';
import { test } from 'node:test';

import { microphoneCode } from './microphone.ts';

test('microphone: each refusal of the browser has its own code', () => {
  const named = (name: string) => microphoneCode(Object.assign(new Error(), { name }));
  assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError', 'toString'].map(named),
    ['microphone_refused', 'microphone_absent', 'microphone_busy', 'unsupported', 'unsupported']);
});
