import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CandidateBuffer } from './candidates.ts';
import type { Candidate } from './parameters.ts';
import { vectors } from './vectors.ts';

type Step = { gives: unknown[] } & ({ add: Candidate } | { end: number } | { describe: number });

for (const { name, steps } of vectors<{ name: string; steps: Step[] }[]>('candidates')) {
  test(`candidates: ${name}`, () => {
    const buffer = new CandidateBuffer();
    for (const step of steps) {
      const given = 'add' in step ? buffer.add(step.add)
        : 'end' in step ? buffer.end(step.end) : buffer.describe(step.describe);
      assert.deepEqual(given, step.gives, JSON.stringify(step));
    }
  });
}
