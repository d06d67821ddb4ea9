import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samples } from '../gallery/samples.ts';
import { toneFor } from './sounds.ts';
import type { Tone } from './sounds.ts';

const all = samples(1_000_000);

const steps: [string, string, Tone | null][] = [
  ['waiting', 'connecting', 'match'], ['asking', 'connecting-bot', 'match'],
  ['connecting', 'talking', null], ['talking', 'reconnecting', null], ['reconnecting', 'talking', null],
  ['talking', 'ended-partner_left', 'end'], ['reconnecting', 'ended-failed', 'end'], ['talking', 'waiting-back', 'end'],
  ['talking', 'error-offline', 'end'], ['talking', 'asking-again', null], ['connecting', 'waiting-back', null],
  ['connecting', 'start', null], ['start', 'error-microphone_refused', null], ['talking', 'talking-muted', null],
];
for (const [before, now, tone] of steps) {
  test(`from ${before} to ${now} sounds ${tone ?? 'nothing'}`, () => {
    assert.equal(toneFor(all[before]!, all[now]!), tone);
  });
}
