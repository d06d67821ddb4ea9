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

test('quality: each call starts to measure anew, that of a person who takes a bot’s place as well', (t) => {
  // Node has no sound: a meter reads nothing.
  const node = { connect() {}, disconnect() {}, getFloatTimeDomainData() {} };
  class Context {
    resume = async () => undefined;
    createMediaStreamSource = () => node;
  }
  Object.assign(globalThis, { AudioContext: Context, AnalyserNode: function () { return node; } });
  t.after(() => levels.hearPartner(null));
  const meters = signal<Meters>(SILENT);
  const levels = new Levels(meters);
  for (const stream of [null, {} as MediaStream]) {
    for (const sample of samples(6)) levels.sample(sample);
    assert.equal(meters.value.quality, 4);
    levels.hearPartner(stream);

    assert.equal(meters.value.quality, null);
    for (const sample of samples(3)) levels.sample({ ...sample, atMs: sample.atMs + 60_000 });
    assert.equal(meters.value.quality, null);
    levels.hearPartner(null);
  }
});
