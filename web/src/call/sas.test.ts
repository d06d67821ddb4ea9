import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SafetyWords } from '../caller/types.ts';
import { readSignal } from './messages.ts';
import { commitmentOf, nonceFrom, wordsOf } from './sas.ts';
import type { End } from './sas.ts';
import { vectors } from './vectors.ts';

type Told = End & { commitment: string };
interface Case { name: string; call_id: string; a: Told; b: Told; words: SafetyWords }
interface Reading { name: string; data: Record<string, unknown>; valid: boolean }
const cases = vectors<{ words: Case[]; commitments: Reading[]; reveals: Reading[] }>('sas');

for (const { name, call_id: callId, a, b, words } of cases.words) {
  test(`safety words: ${name}`, async () => {
    assert.equal(await commitmentOf(a), a.commitment);
    assert.equal(await commitmentOf(b), b.commitment);
    assert.deepEqual(await wordsOf(callId, { a, b }), words);
  });
}

for (const [kind, readings] of [['commitment', cases.commitments], ['reveal', cases.reveals]] as const) {
  for (const { name, data, valid } of readings) {
    test(`${kind}: ${name}`, () => {
      assert.deepEqual(readSignal({ kind, data }, false), valid ? { kind, ...data } : null);
    });
  }
}

/** Bytes that look random and are the same in every run. */
const bytes = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(seed * 64 + i + 1, 0x9e3779b1) >>> 24);
const fingerprintOf = (raw: Uint8Array): string =>
  [...raw].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
const endOf = (certificate: Uint8Array, nonce: Uint8Array): End =>
  ({ fingerprint: fingerprintOf(certificate), nonce: nonceFrom(nonce) });

/** The array once for each of its bits, with that bit turned. */
function* turned(raw: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < raw.length * 8; bit++) yield raw.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

test('safety words: each bit of each fingerprint and nonce, and the call, make other words', async () => {
  const [certificate, nonce] = [bytes(1, 32), bytes(2, 16)];
  const own = endOf(certificate, nonce);
  const other = endOf(bytes(3, 32), bytes(4, 16));
  const right = await wordsOf('call', { a: own, b: other });
  const changed = [...turned(certificate)].map((raw) => endOf(raw, nonce));
  changed.push(...[...turned(nonce)].map((raw) => endOf(certificate, raw)));
  assert.equal(changed.length, 384);
  for (const end of changed) {
    assert.notDeepEqual(await wordsOf('call', { a: end, b: other }), right);
    assert.notDeepEqual(await wordsOf('call', { a: other, b: end }), await wordsOf('call', { a: other, b: own }));
    assert.notEqual(await commitmentOf(end), await commitmentOf(own));
  }
  assert.notDeepEqual(await wordsOf('another call', { a: own, b: other }), right);
  assert.notDeepEqual(await wordsOf('call', { a: other, b: own }), right);
});

test('safety words: every emoji comes in every place, about as often as any other', async () => {
  const other = endOf(bytes(5, 32), bytes(6, 16));
  const counts = [0, 1, 2, 3].map(() => new Array<number>(64).fill(0));
  const calls = 2048;
  for (let call = 0; call < calls; call++) {
    const words = await wordsOf(`call ${call}`, { a: endOf(bytes(7, 32), bytes(8, 16)), b: other });
    words.forEach((word, place) => counts[place]![word]!++);
  }
  // 32 are expected of each, with a standard deviation of 5.6.
  for (const count of counts.flat()) assert.ok(count > 8 && count < 64, String(count));
});

test('safety words: a nonce is fresh each time', () => {
  assert.equal(new Set(Array.from({ length: 100 }, () => nonceFrom())).size, 100);
});
