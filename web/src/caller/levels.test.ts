import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import type { Sample } from '../call/quality.ts';
import { Levels, SILENT } from './levels.ts';
import type { Meters } from './types.ts';

/** Half a second of a clean line each, the first of them with half of its sound made up. */
const samples = (halves: number): Sample[] => Array.from({ length: halves }, (_, n) => ({
  atMs: 7000 + n * 500, packetsReceived: 2 + n * 25, packetsLost: 0, samples: n * 24_000, concealed: n ? 12_000 : 0,
  bufferDelayS: n * 480, emitted: n * 24_000, roundTripS: 0.04, relayed: true,
}));

test('quality: what the empty jitter buffer makes up at the start of a call is not the line’s fault', () => {
  const meters = signal<Meters>(SILENT);
  const levels = new Levels(meters);
  const shown = samples(6).map((sample) => {
    levels.sample(sample);
    return meters.value.quality;
  });

  assert.deepEqual(shown, [null, null, null, 4, 4, 4]);
});

test('quality: each call starts to measure anew', () => {
  const meters = signal<Meters>(SILENT);
  const levels = new Levels(meters);
  for (const sample of samples(6)) levels.sample(sample);
  levels.hearPartner(null);

  assert.equal(meters.value.quality, null);
  for (const sample of samples(3)) levels.sample({ ...sample, atMs: sample.atMs + 60_000 });
  assert.equal(meters.value.quality, null);
});
