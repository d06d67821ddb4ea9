import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rate, readSample } from './quality.ts';
import type { Sample } from './quality.ts';

const START: Sample = {
  atMs: 0, packetsReceived: 0, packetsLost: 0, samples: 0, concealed: 0, bufferDelayS: 0, emitted: 0, roundTripS: 0.05,
  relayed: true,
};

/** One second of a call: 50 packets of 960 samples, 40 ms in the jitter buffer. */
const second = (change: Partial<Sample>): Sample => ({
  ...START, atMs: 1000, packetsReceived: 50, samples: 48000, bufferDelayS: 0.04 * 48000, emitted: 48000, ...change,
});

test('quality: a clean call has four bars, also across a continent', () => {
  assert.equal(rate(START, second({})), 4);
  assert.equal(rate(START, second({ roundTripS: 0.15 })), 4);
});

test('quality: loss, concealment and delay each take bars away', () => {
  assert.equal(rate(START, second({ packetsReceived: 48, packetsLost: 2 })), 3);
  assert.equal(rate(START, second({ packetsReceived: 45, packetsLost: 5 })), 1);
  assert.equal(rate(START, second({ concealed: 4800 })), 1);
  assert.equal(rate(START, second({ roundTripS: 0.5 })), 2);
});

test('quality: rating never gets better with more loss or delay', () => {
  let last = 4;
  for (let lost = 0; lost < 50; lost++) {
    const bars = rate(START, second({ packetsReceived: 50 - lost, packetsLost: lost }));
    assert.ok(bars <= last && bars >= 1, `${lost} lost: ${bars}`);
    last = bars;
  }
  last = 4;
  for (let ms = 0; ms < 3000; ms += 50) {
    const bars = rate(START, second({ roundTripS: ms / 1000 }));
    assert.ok(bars <= last && bars >= 1, `${ms} ms: ${bars}`);
    last = bars;
  }
});

test('quality: nothing received is no bar', () => {
  assert.equal(rate(second({}), second({ atMs: 2000 })), 0);
});

const INBOUND = {
  id: 'I', type: 'inbound-rtp', kind: 'audio', packetsReceived: 7, packetsLost: 1, concealedSamples: 30,
  silentConcealedSamples: 10,
};

test('quality: the pair in use is found as Chromium and as Firefox report it', () => {
  const candidates = [
    { id: 'L', type: 'local-candidate', candidateType: 'relay' },
    { id: 'R', type: 'remote-candidate', candidateType: 'relay' },
    { id: 'H', type: 'remote-candidate', candidateType: 'host' },
  ];
  const between = { type: 'candidate-pair', localCandidateId: 'L' };
  const pair = { ...between, id: 'P', remoteCandidateId: 'R', currentRoundTripTime: 0.08 };
  const other = { ...between, id: 'Q', remoteCandidateId: 'H', currentRoundTripTime: 9 };
  const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' };
  const chromium = readSample([INBOUND, other, pair, ...candidates, transport], 5);
  const firefox = readSample([INBOUND, other, { ...pair, selected: true }, ...candidates], 5);
  assert.deepEqual(chromium, firefox);
  const { roundTripS, relayed, packetsReceived, concealed } = chromium;
  assert.deepEqual([roundTripS, relayed, packetsReceived, concealed], [0.08, true, 7, 20]);
});

test('quality: a pair that is not relayed is noticed, a missing one is not judged [claim no-way-past]', () => {
  const host = { id: 'L', type: 'local-candidate', candidateType: 'host' };
  const pair = { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', selected: true };
  assert.equal(readSample([INBOUND, pair, host], 0).relayed, false);
  assert.equal(readSample([INBOUND], 0).relayed, null);
});
