import assert from 'node:assert/strict';
import { test } from 'node:test';

import { begin, exchange } from './commitment.ts';
import type { Exchange, ExchangeEvent, Phase, Step } from './commitment.ts';

const own = { fingerprint: 'own fingerprint', nonce: 'own nonce' };
const commit: ExchangeEvent = { type: 'commit', commitment: 'own commitment' };
const describe: ExchangeEvent = { type: 'describe', fingerprint: 'fingerprint' };
const commitment: ExchangeEvent = { type: 'commitment', commitment: 'commitment' };
const reveal: ExchangeEvent = { type: 'reveal', nonce: 'nonce' };
const kept: ExchangeEvent = { type: 'verdict', kept: true };

function play(...events: ExchangeEvent[]): [Exchange, Step[]] {
  let state = begin(own);
  const steps: Step[] = [];
  for (const event of events) {
    const [next, more] = exchange(state, event);
    state = next;
    steps.push(...more);
  }
  return [state, steps];
}

const PATHS: Record<Exclude<Phase, 'violated'>, ExchangeEvent[]> = {
  idle: [],
  committed: [commit, describe],
  revealed: [commit, describe, commitment],
  verified: [commit, describe, commitment, reveal, kept],
};

test('commitment: the straight way', () => {
  const [state, steps] = play(...PATHS.verified);
  assert.equal(state.phase, 'verified');
  assert.deepEqual(steps, ['commit', 'reveal', 'compare', 'derive']);
});

test('commitment: each path ends in the phase it is named for', () => {
  for (const [phase, path] of Object.entries(PATHS)) assert.equal(play(...path)[0].phase, phase);
});

test('commitment: nothing is revealed before both commitments are out, in whatever order they come', () => {
  assert.deepEqual(play(commit)[1], ['commit']);
  assert.deepEqual(play(commitment, describe)[1], []);
  assert.deepEqual(play(commitment, commit)[1], ['commit', 'reveal']);
  assert.deepEqual(play(commit, commitment)[1], ['commit', 'reveal']);
});

test('commitment: a nonce that overtakes the fingerprint waits for it', () => {
  const early = [commit, commitment, reveal];
  assert.deepEqual(play(...early)[1], ['commit', 'reveal']);
  assert.deepEqual(play(...early, describe)[1], ['commit', 'reveal', 'compare']);
});

test('commitment: what is said twice alike changes nothing', () => {
  for (const [phase, path] of Object.entries(PATHS)) {
    const [state] = play(...path);
    for (const event of path.filter(({ type }) => type !== 'commit' && type !== 'verdict')) {
      assert.deepEqual(exchange(state, event), [state, []], `${phase} ${event.type}`);
    }
  }
});

const reflected: ExchangeEvent[] = [
  { type: 'describe', fingerprint: 'own fingerprint' }, { type: 'commitment', commitment: 'own commitment' },
];
const changed: ExchangeEvent[] = [
  { type: 'describe', fingerprint: 'another' }, { type: 'commitment', commitment: 'another' },
];
const violations: [Exclude<Phase, 'violated'>, ExchangeEvent][] = [
  ['idle', reveal], ['committed', reveal], ['idle', reflected[0]!], ['committed', changed[0]!],
  ...reflected.map((event): [Phase & 'committed', ExchangeEvent] => ['committed', event]),
  ...[...reflected, ...changed].map((event): [Phase & 'revealed', ExchangeEvent] => ['revealed', event]),
  ...[...reflected, ...changed].map((event): [Phase & 'verified', ExchangeEvent] => ['verified', event]),
  ['revealed', { type: 'reveal', nonce: 'own nonce' }], ['verified', { type: 'reveal', nonce: 'own nonce' }],
  ['verified', { type: 'reveal', nonce: 'another' }], ['revealed', { type: 'verdict', kept: false }],
];

for (const [phase, event] of violations) {
  test(`commitment: in ${phase}, ${JSON.stringify(event)} is a violation, and nothing follows it`, () => {
    const [state, steps] = exchange(play(...PATHS[phase])[0], event);
    assert.equal(state.phase, 'violated');
    assert.deepEqual(steps, ['violate']);
    for (const late of [commit, describe, commitment, reveal, kept]) {
      assert.deepEqual(exchange(state, late), [state, []]);
    }
  });
}

test('commitment: a partner who knew our commitment before it was out has it from nowhere good', () => {
  assert.equal(play({ type: 'commitment', commitment: 'own commitment' }, commit)[0].phase, 'violated');
});

test('commitment: a second nonce while the first is compared is a violation', () => {
  assert.equal(play(...PATHS.revealed, reveal, { type: 'reveal', nonce: 'another' })[0].phase, 'violated');
});
