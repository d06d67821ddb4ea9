import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from './fault.ts';
import { patiently } from './patience.ts';

/** Fails so often, then comes. */
function part(failures: number): () => Promise<string> {
  let tries = 0;
  return async () => {
    if (tries++ < failures) throw new TypeError('fetch');
    return 'part';
  };
}

test('a part that is not to be had at first is asked for again', async () => {
  for (const failures of [0, 1, 3]) {
    assert.equal(await patiently(part(failures), { patienceMs: 60_000, pauseMs: 1 }), 'part');
  }
});

test('a part that never comes ends in a fault, whether it fails or hangs', async () => {
  for (const load of [part(Infinity), () => new Promise<string>(() => undefined)]) {
    await assert.rejects(patiently(load, { patienceMs: 20, pauseMs: 1 }), (error) =>
      error instanceof Fault && error.code === 'offline');
  }
});

test('nobody asks on for a part that has been given up', async () => {
  let tries = 0;
  const failures: (() => void)[] = [];
  const load = () => {
    tries++;
    return new Promise<string>((_, reject) => failures.push(() => reject(new TypeError('fetch'))));
  };
  await assert.rejects(patiently(load, { patienceMs: 5, pauseMs: 0 }));
  failures[0]!();
  await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(tries, 1);
});
