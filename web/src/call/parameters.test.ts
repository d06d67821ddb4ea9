import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_DATA_CHARS, readCandidate, readDescription, readParameters } from './parameters.ts';
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

for (const { name, data, valid } of cases.parameters) {
  test(`description: ${name}`, () => {
    const first = valid && (data as { generation: number }).generation === 0;
    assert.deepEqual(readDescription({ parameters: data, candidates: [] }, true), first ? { parameters: data, candidates: [] } : null);
  });
}

test('description: of its candidates only those count that pass', () => {
  const parameters = cases.parameters.find(({ valid }) => valid)!.data;
  for (const allowLocal of [true, false]) {
    const described = cases.candidates.filter(({ allow_local }) => allow_local === allowLocal);
    for (const { data, valid } of described) {
      const read = readDescription({ parameters, candidates: [data] }, allowLocal);
      assert.deepEqual(read?.candidates, valid ? [data] : []);
    }
  }
});

test('description: what is no description is none', () => {
  for (const data of [null, [], {}, 'text', { parameters: {} }, { candidates: [] }]) assert.equal(readDescription(data, true), null);
});
