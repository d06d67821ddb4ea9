/** The session over a bad channel, under virtual time. `tests/integration/test_reliable_channel.py` does the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Reliable } from './reliable.ts';

const MESSAGES = 14;
const LOSS = 0.3;
const REPEAT = 0.1;
const GIVE_UP_MS = 60_000;

/** A small seeded generator (mulberry32), because Math.random has no seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function run(seed: number, lateMs: number): number[][] {
  const random = generator(seed);
  const ends = [0, lateMs].map((joinsAt, index) => (
    { machine: new Reliable(`000000000000000${index}`, random), joinsAt, joined: false, got: [] as number[] }));
  let travelling: { arrival: number; to: number; text: string }[] = [];
  for (let number = 0; number < MESSAGES; number++) ends[0]!.machine.send('candidate', { number }, 0);
  for (let now = 0; !ends.every(({ machine, got }) => got.length === MESSAGES && machine.settled); now++) {
    assert.ok(now < GIVE_UP_MS, `not complete after ${GIVE_UP_MS} ms`);
    const number = (now - lateMs) / 15;
    const due = Number.isInteger(number) && number >= 0 && number < MESSAGES;
    if (due) ends[1]!.machine.send('candidate', { number }, now);
    const arrived = travelling.filter(({ arrival }) => arrival <= now).sort((a, b) => a.arrival - b.arrival);
    travelling = travelling.filter(({ arrival }) => arrival > now);
    for (const { to, text } of arrived) {
      const end = ends[to]!;
      if (!end.joined) continue;
      end.got.push(...end.machine.receive(JSON.parse(text), now).map(({ data }) => data['number'] as number));
    }
    ends.forEach((end, index) => {
      if (!end.joined && now >= end.joinsAt) {
        end.joined = true;
        end.machine.join(now);
      }
      const frame = end.machine.poll(now);
      for (let copies = frame ? 1 + Number(random() < REPEAT) : 0; copies > 0; copies--) {
        if (random() < LOSS) continue;
        travelling.push({ arrival: now + 5 + Math.floor(random() * 395), to: 1 - index, text: JSON.stringify(frame) });
      }
    });
  }
  return ends.map(({ got }) => got);
}

for (const lateMs of [0, 2000]) {
  test(`reliable: complete and in order over loss, delay, repetition and reordering, ${lateMs} ms late`, () => {
    const inOrder = Array.from({ length: MESSAGES }, (_, number) => number);
    for (let seed = 1; seed <= 20; seed++) assert.deepEqual(run(seed, lateMs), [inOrder, inOrder], `seed ${seed}`);
  });
}
