import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { onNetworkChange } from './network.ts';

/** What a page has in Chromium; `type`: of the network, where the system tells it. */
function surround(t: TestContext, type?: string): { page: EventTarget; connection: EventTarget & { type?: string } } {
  const page = new EventTarget();
  const connection: EventTarget & { type?: string } = Object.assign(new EventTarget(), type === undefined ? {} : { type });
  Object.defineProperty(globalThis, 'window', { value: page, configurable: true });
  Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
  t.after(() => {
    Reflect.deleteProperty(globalThis, 'window');
    Reflect.deleteProperty(navigator, 'connection');
  });
  return { page, connection };
}

const change = (): Event => new Event('change');

test('network: one that is back counts, until nobody listens', (t) => {
  const { page } = surround(t);
  let count = 0;
  const stop = onNetworkChange(() => count++);
  page.dispatchEvent(new Event('online'));
  assert.equal(count, 1);
  stop();
  page.dispatchEvent(new Event('online'));
  assert.equal(count, 1);
});

test('network: another kind of network counts, being without one or another estimate of its speed does not', (t) => {
  const { connection } = surround(t, 'wifi');
  const counts: number[] = [];
  let count = 0;
  onNetworkChange(() => count++);
  for (const type of ['wifi', 'cellular', 'cellular', 'none', 'wifi', 'wifi']) {
    connection.type = type;
    connection.dispatchEvent(change());
    counts.push(count);
  }
  assert.deepEqual(counts, [0, 1, 1, 1, 2, 2]);
});

test('network: where the system does not tell its kind nothing is made of a change', (t) => {
  const { connection } = surround(t);
  let count = 0;
  onNetworkChange(() => count++);
  connection.dispatchEvent(change());
  assert.equal(count, 0);
});
