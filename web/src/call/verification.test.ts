/** Two callers, and somebody in the middle who carries their signals and does as he likes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import type { SafetyWords, Side } from '../caller/types.ts';
import type { SafetySignal as Signal } from './safety.ts';
import { commitmentOf, nonceFrom } from './sas.ts';
import type { End } from './sas.ts';
import { Verification } from './verification.ts';

const CALL = 'q0mUJ1rXv5bT8yPzKd3eWA';
const certificate = (hex: string): string => Array<string>(32).fill(hex).join(':');
const FINGERPRINT: Record<Side, string> = { a: certificate('AA'), b: certificate('BB') };
/** What the middle shows to each side instead of the partner. */
const FORGED: Record<Side, End> = {
  a: { fingerprint: certificate('CC'), nonce: nonceFrom(new Uint8Array(16).fill(1)) },
  b: { fingerprint: certificate('DD'), nonce: nonceFrom(new Uint8Array(16).fill(2)) },
};
const other = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Wait until it holds, or for so long that a busy machine has had time as well: hashes are made elsewhere. */
async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 10_000; !holds() && Date.now() < endMs;) await setImmediate();
}

/** One end of the call, as the page runs it, with all that it says and learns. */
class Caller {
  readonly side: Side;
  readonly sent: Signal[] = [];
  readonly verification: Verification;
  words: SafetyWords | null = null;
  violated = false;

  constructor(side: Side) {
    this.side = side;
    this.verification = new Verification({ call_id: CALL, side }, FINGERPRINT[side], {
      send: (signal) => this.sent.push(signal),
      words: (words) => { this.words = words; },
      violated: () => { this.violated = true; },
    });
  }

  async says<K extends Signal['kind']>(kind: K): Promise<Signal & { kind: K }> {
    const said = () => this.sent.find((one): one is Signal & { kind: K } => one.kind === kind);
    await until(() => said() !== undefined);
    const signal = said();
    assert.ok(signal, `side ${this.side} never says ${kind}`);
    return signal;
  }

  async ends(): Promise<void> {
    await until(() => this.violated);
    assert.ok(this.violated, `side ${this.side} has noticed nothing`);
    assert.equal(this.words, null);
  }

  async learns(): Promise<SafetyWords> {
    await until(() => this.words !== null);
    assert.ok(this.words && !this.violated, `side ${this.side} has no words`);
    return this.words;
  }

  /** Let everything happen that can; hashes run on other threads. */
  async settles(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await commitmentOf(FORGED.a);
      await setImmediate();
    }
  }
}

const pair = (): Record<Side, Caller> => ({ a: new Caller('a'), b: new Caller('b') });

/** Let one see whom the middle wants, with the commitment he wants. */
function face(caller: Caller, fingerprint: string, commitment: string): void {
  caller.verification.describe(fingerprint);
  caller.verification.receive({ kind: 'commitment', commitment });
}

/** Carry everything faithfully between both, but say that the fingerprints are these. */
async function carry(callers: Record<Side, Caller>, fingerprints: Record<Side, string>): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const { commitment } = await callers[other(side)].says('commitment');
    face(callers[side], fingerprints[other(side)], commitment);
  }
  for (const side of ['a', 'b'] as const) callers[side].verification.receive(await callers[other(side)].says('reveal'));
}

test('safety words: two who reach each other have the same words', async () => {
  const { a, b } = pair();
  await carry({ a, b }, FINGERPRINT);
  assert.deepEqual(await a.learns(), await b.learns());
});

test('safety words: a restart with the same certificate keeps the words, one with another ends the call', async () => {
  const { a, b } = pair();
  await carry({ a, b }, FINGERPRINT);
  const words = await a.learns();
  a.verification.describe(FINGERPRINT.b);
  assert.equal(a.violated, false);
  assert.deepEqual(a.words, words);
  a.verification.describe(certificate('CC'));
  assert.equal(a.violated, true);
});

test('safety words: the middle who only swaps fingerprints is noticed by both [claim safety-words]', async () => {
  const { a, b } = pair();
  await carry({ a, b }, { a: FORGED.b.fingerprint, b: FORGED.a.fingerprint });
  await a.ends();
  await b.ends();
});

test('safety words: the middle who plays a whole partner towards each leaves them with different words [claim safety-words]', async () => {
  const callers = pair();
  for (const side of ['a', 'b'] as const) {
    const forged = FORGED[side];
    face(callers[side], forged.fingerprint, await commitmentOf(forged));
    await callers[side].says('reveal');
    callers[side].verification.receive({ kind: 'reveal', nonce: forged.nonce });
  }
  assert.notDeepEqual(await callers.a.learns(), await callers.b.learns());
});

test('safety words: the middle who has no commitment learns no nonce, so that there is nothing to search with', async () => {
  const { a } = pair();
  await a.says('commitment');
  a.verification.describe(FORGED.a.fingerprint);
  await a.settles();
  assert.deepEqual(a.sent.map(({ kind }) => kind), ['commitment']);
  a.verification.receive({ kind: 'reveal', nonce: FORGED.a.nonce });
  await a.ends();
  assert.deepEqual(a.sent.map(({ kind }) => kind), ['commitment']);
});

test('safety words: the middle who has learnt a nonce cannot change his own, nor his commitment, nor his certificate', async () => {
  const wishes: ((caller: Caller) => void)[] = [
    ({ verification }) => verification.receive({ kind: 'reveal', nonce: FORGED.b.nonce }),
    ({ verification }) => verification.receive({ kind: 'commitment', commitment: 'x'.repeat(42) + 'A' }),
    ({ verification }) => verification.describe(FORGED.b.fingerprint),
  ];
  for (const wish of wishes) {
    const { a } = pair();
    face(a, FORGED.a.fingerprint, await commitmentOf(FORGED.a));
    await a.says('reveal');
    wish(a);
    await a.ends();
  }
});

test('safety words: the middle who gives somebody back what they said is noticed', async () => {
  const own = pair().a;
  own.verification.describe(FINGERPRINT.a);
  await own.ends();

  const { a } = pair();
  face(a, FORGED.a.fingerprint, (await a.says('commitment')).commitment);
  await a.ends();

  const { b } = pair();
  face(b, FORGED.b.fingerprint, await commitmentOf(FORGED.b));
  b.verification.receive(await b.says('reveal'));
  await b.ends();
});

test('safety words: the middle who repeats an earlier partner of the same call has nothing to show for it', async () => {
  const before = pair();
  await carry(before, FINGERPRINT);
  const [commitment, reveal] = [await before.b.says('commitment'), await before.b.says('reveal')];
  const words = await before.a.learns();

  const { a } = pair();
  face(a, FINGERPRINT.b, commitment.commitment);
  await a.says('reveal');
  a.verification.receive(reveal);
  assert.notDeepEqual(await a.learns(), words);
});

test('safety words: the middle who holds back a nonce, or a partner who knows nothing of words, ends nothing', async () => {
  const { a, b } = pair();
  face(a, FINGERPRINT.b, (await b.says('commitment')).commitment);
  b.verification.describe(FINGERPRINT.a);
  await a.says('reveal');
  await a.settles();
  for (const caller of [a, b]) assert.deepEqual([caller.words, caller.violated], [null, false]);
});

test('safety words: a call that is over says and learns nothing more', async () => {
  const { a, b } = pair();
  face(a, FINGERPRINT.b, (await b.says('commitment')).commitment);
  await a.says('reveal');
  a.verification.close();
  a.verification.receive({ kind: 'reveal', nonce: FORGED.a.nonce });
  await a.settles();
  assert.deepEqual([a.words, a.violated], [null, false]);
});
