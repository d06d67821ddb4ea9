import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Agreement } from './agreement.ts';
import type { Parameters } from './parameters.ts';

const HONEST: Parameters = {
  generation: 0, ufrag: 'aB3+', pwd: 'abcdefghijklmnopqrstuv', fingerprint: Array(32).fill('AB').join(':'),
  payload_type: 111, yields: true,
};

for (const [first, second] of [['server', 'channel'], ['channel', 'server']] as const) {
  test(`agreement: the ${first} is first, the ${second} says the same`, () => {
    const agreement = new Agreement();
    assert.equal(agreement.reached, false);
    assert.equal(agreement.take(HONEST, first), 'connect');
    assert.equal(agreement.reached, true);
    assert.equal(agreement.take({ ...HONEST }, second), null);
  });

  for (const other of [
    { ufrag: 'eViL' }, { pwd: 'b'.repeat(22) }, { fingerprint: Array(32).fill('CD').join(':') }, { payload_type: 96 },
    { yields: false },
  ]) {
    test(`agreement: the ${first} is first, the ${second} has another ${Object.keys(other)}`, () => {
      const agreement = new Agreement();
      agreement.take(HONEST, first);
      assert.equal(agreement.take({ ...HONEST, ...other }, second), 'broken');
    });
  }
}

test('agreement: what one way says again is passed over, whatever it is', () => {
  const agreement = new Agreement();
  agreement.take(HONEST, 'channel');
  assert.equal(agreement.take({ ...HONEST, ufrag: 'eViL' }, 'channel'), null);
  assert.equal(agreement.take(HONEST, 'server'), null);
});
