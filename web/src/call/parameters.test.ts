import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_DATA_CHARS, readCandidate, readParameters } from './parameters.ts';
import { vectors } from './vectors.ts';

interface Case { name: string; data: unknown; valid: boolean }
const cases = vectors<{ parameters: Case[]; candidates: (Case & { allow_local: boolean })[] }>('parameters');

for (const { name, data, valid } of cases.parameters) {
  test(`parameters: ${name}`, () => {
    assert.deepEqual(readParameters(data), valid ? data : null);
  });
}

for (const { name, data, valid, allow_local } of cases.candidates) {
  test(`candidate: ${name}`, () => {
    assert.deepEqual(readCandidate(data, allow_local), valid ? data : null);
  });
}

test('parameters: data beyond 1 KB is refused, whatever it holds', () => {
  assert.equal(readParameters({ ufrag: 'a'.repeat(MAX_DATA_CHARS) }), null);
});
