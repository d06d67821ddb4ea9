import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Relays } from './relays.ts';

const servers = [{ urls: ['turn:relay.example'], username: 'u', credential: 'c' }];

test('relays: a first restart does with what is in use', async () => {
  const relays = new Relays(() => assert.fail('asked'));
  assert.equal(await relays.forRestart(1), null);
});

test('relays: what came unasked is for the next restart, once', async () => {
  const relays = new Relays(() => assert.fail('asked'));
  assert.equal(relays.take(servers), true);
  assert.equal(await relays.forRestart(1), servers);
  assert.equal(await relays.forRestart(1), null);
});

test('relays: a second attempt asks and takes the answer', async () => {
  let asked = 0;
  const relays = new Relays(() => ++asked > 0);
  const waiting = relays.forRestart(2);
  assert.equal(relays.take(servers), false);
  assert.equal(await waiting, servers);
  assert.equal(asked, 1);
});

test('relays: nobody to ask, or no answer in time: the old ones have to do', async () => {
  assert.equal(await new Relays(() => false).forRestart(2), null);
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const relays = new Relays(() => true);
    const waiting = relays.forRestart(3);
    mock.timers.tick(1500);
    assert.equal(await waiting, null);
    assert.equal(relays.take(servers), true, 'a late answer is a reason of its own');
  } finally {
    mock.timers.reset();
  }
});
