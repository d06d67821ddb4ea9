import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_FRAME_CHARS, readFrame, Reliable } from './reliable.ts';
import { vectors } from './vectors.ts';

const A = '00000000000000aa';
const B = '00000000000000bb';

type Step = { at: number } & (
  | { join: true } | { part: true } | { send: [string, Record<string, unknown>] }
  | { receive: unknown; delivers: [string, unknown][] } | { poll: unknown } | { deadline: number | null });

function play(machine: Reliable, step: Step): void {
  if ('join' in step) machine.join(step.at);
  else if ('part' in step) machine.part();
  else if ('send' in step) machine.send(...step.send, step.at);
  else if ('receive' in step) {
    const delivered = machine.receive(step.receive, step.at).map(({ kind, data }) => [kind, data]);
    assert.deepEqual(delivered, step.delivers, JSON.stringify(step));
  } else if ('poll' in step) assert.deepEqual(machine.poll(step.at), step.poll, JSON.stringify(step));
  else assert.equal(machine.deadline, step.deadline, JSON.stringify(step));
}

for (const { name, epoch, steps } of vectors<{ name: string; epoch: string; steps: Step[] }[]>('reliable')) {
  test(`reliable: ${name}`, () => {
    const machine = new Reliable(epoch, () => 0.5);
    for (const step of steps) play(machine, step);
  });
}

test('reliable: what does not fit into one frame goes into the next, and a frame beyond the limit is not read', () => {
  const machine = new Reliable(A, () => 0.5);
  machine.join(0);
  for (let i = 0; i < 3; i++) machine.send('mute', { x: 'y'.repeat(6000) }, 0);
  machine.receive({ e: B, p: A, w: 0, a: 0, m: [] }, 1);
  const frame = machine.poll(1);
  assert.deepEqual(frame?.m.map(([number]) => number), [1, 2]);
  assert.notEqual(readFrame(frame), null);
  assert.equal(readFrame({ ...frame, m: [[1, 'mute', { x: 'y'.repeat(MAX_FRAME_CHARS) }]] }), null);
});

test('reliable: settled once the peer is known and has acknowledged everything', () => {
  const machine = new Reliable(A, () => 0.5);
  machine.join(0);
  assert.equal(machine.settled, false);
  machine.receive({ e: B, p: A, w: 0, a: 0, m: [] }, 1);
  assert.equal(machine.settled, true);
  machine.send('bye', {}, 2);
  assert.equal(machine.settled, false);
  machine.receive({ e: B, p: A, w: 0, a: 1, m: [] }, 3);
  assert.equal(machine.settled, true);
});
