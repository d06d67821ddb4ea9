import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Restarts } from './restarts.ts';

test('restarts: nothing is due without a reason', () => {
  const restarts = new Restarts();
  assert.equal(restarts.due(0), null);
  restarts.trouble(0);
  restarts.calm();
  assert.equal(restarts.due(1), null);
});

test('restarts: trouble asks for one at once, then for others after growing pauses, until it is over', () => {
  const restarts = new Restarts();
  restarts.trouble(1000);
  const due: [number, number][] = [];
  for (let nowMs = 1000; !restarts.lost(nowMs); nowMs += 100) {
    const generation = restarts.due(nowMs);
    if (generation !== null) due.push([nowMs, generation]);
  }
  assert.deepEqual(due, [[1000, 1], [3500, 2], [7500, 3], [12_500, 4], [17_500, 5], [22_500, 6]]);
  assert.equal(restarts.attempts, 6);
  assert.deepEqual([25_999, 26_000].map((nowMs) => restarts.lost(nowMs)), [false, true]);
});

test('restarts: after a recovery the next trouble is served at once, but never two within one attempt', () => {
  const restarts = new Restarts();
  restarts.trouble(0);
  assert.equal(restarts.due(0), 1);
  restarts.calm();
  restarts.trouble(1000);
  assert.equal(restarts.due(1000), null);
  assert.equal(restarts.due(2500), 2);
  assert.equal(restarts.lost(25_500), false, 'counted anew');
});

test('restarts: a wish is served once', () => {
  const restarts = new Restarts();
  restarts.want();
  assert.deepEqual([restarts.due(0), restarts.due(60_000)], [1, null]);
});

test('restarts: the partner is followed into the next generation, and answered in our own', () => {
  const restarts = new Restarts();
  assert.equal(restarts.receive(1, 0), 'follow');
  assert.equal(restarts.receive(1, 0), null, 'a second set for the same one');
  restarts.trouble(3000);
  assert.equal(restarts.due(3000), 2);
  assert.equal(restarts.receive(2, 3100), 'describe');
});

test('restarts: following one is an attempt of ours', () => {
  const restarts = new Restarts();
  restarts.trouble(0);
  assert.equal(restarts.receive(1, 0), 'follow');
  assert.equal(restarts.due(2400), null);
  assert.equal(restarts.due(2500), 2);
});

test('restarts: generations that are past, behind ours or out of reach are passed over', () => {
  const restarts = new Restarts();
  restarts.trouble(0);
  restarts.due(0);
  restarts.due(2500);
  assert.deepEqual([0, 1, 4, 255].map((generation) => restarts.receive(generation, 3000)), [null, null, null, null]);
  assert.equal(restarts.receive(3, 3000), 'follow');
});

test('restarts: no partner can ask for more than a call may cost', () => {
  const restarts = new Restarts();
  let followed = 0;
  for (let generation = 1; generation <= 255; generation++) {
    if (restarts.receive(generation, generation) === 'follow') followed++;
  }
  assert.equal(followed, 64);
  restarts.trouble(1000);
  assert.equal(restarts.due(60_000), null);
});

test('restarts: a partner who restarts without end is followed once a second', () => {
  const restarts = new Restarts();
  const made = [10, 1020, 2500, 2600].map((nowMs) => nowMs + restarts.pause(nowMs));
  assert.deepEqual(made, [10, 1020, 2500, 3500]);
  assert.equal(restarts.pause(2700), 1800);
});

test('restarts: of those that wait for their turn only the newest is of use', () => {
  const restarts = new Restarts();
  for (let generation = 1; generation <= 31; generation++) restarts.receive(generation, 0);
  assert.deepEqual([0, 1, 30, 31].map((generation) => restarts.outdates(generation)), [false, true, true, false]);
});

test('restarts: those of a healthy call, once they had their time, are no attempts in vain', () => {
  const restarts = new Restarts();
  for (const nowMs of [0, 10_000, 20_000]) {
    restarts.want();
    assert.ok(restarts.due(nowMs));
    assert.equal(restarts.attempts, 1);
  }
  assert.equal(restarts.receive(4, 30_000), 'follow');
  restarts.trouble(40_000);
  assert.equal(restarts.due(40_000), 5);
  assert.deepEqual([restarts.due(42_400), restarts.due(42_500)], [null, 6], 'the pause after a first attempt');
});

test('restarts: two ends that restart whenever they like meet in one generation', () => {
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const dice = (sides: number): number => (state = (state * 48_271) % 2_147_483_647) % sides;
    const ends = [new Restarts(), new Restarts()] as const;
    const ways: number[][] = [[], []];
    const described = [0, 0];
    const deliver = (to: 0 | 1, nowMs: number): void => {
      const generation = ways[to]!.shift();
      if (generation === undefined) return;
      const answer = ends[to].receive(generation, nowMs);
      if (answer === 'follow') ways[1 - to]!.push(generation);
      if (answer) described[to] = generation;
    };
    for (let nowMs = 0; nowMs < 20_000; nowMs += 100) {
      const end = dice(2) as 0 | 1;
      if (dice(30) === 0) ends[end].trouble(nowMs);
      const generation = ends[end].due(nowMs);
      if (generation !== null) ways[1 - end]!.push(generation);
      if (dice(3) === 0) deliver(dice(2) as 0 | 1, nowMs);
      if (dice(10) === 0) ends[end].calm();
    }
    while (ways[0]!.length + ways[1]!.length > 0) for (const to of [0, 1] as const) deliver(to, 20_000);
    assert.equal(described[0], described[1], `seed ${seed}`);
    assert.ok(described[0]! > 0);
  }
});
