import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Candidate, Parameters } from './parameters.ts';
import { candidateLine, describe } from './template.ts';
import type { Setup } from './template.ts';
import { vectors } from './vectors.ts';

const cases = vectors<{
  descriptions: { name: string; parameters: Parameters; setup: Setup; mid: string; lines: string[] }[];
  refused_mids: string[];
  candidates: { candidate: Candidate; line: string }[];
}>('template');

for (const { name, parameters, setup, mid, lines } of cases.descriptions) {
  test(`template: ${name}`, () => {
    assert.deepEqual(describe(parameters, setup, mid).split('\r\n'), lines);
  });
}

test('template: a mid that is no short token never enters a description', () => {
  const { parameters } = cases.descriptions[0]!;
  for (const mid of cases.refused_mids) assert.throws(() => describe(parameters, 'active', mid), TypeError);
});

test('template: a candidate line tells no related address', () => {
  for (const { candidate, line } of cases.candidates) assert.equal(candidateLine(candidate), line);
});
