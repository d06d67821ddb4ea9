import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tab } from './tab.ts';

test('one tab at a time, until it is free again', async () => {
  const [one, other] = [new Tab(), new Tab()];

  assert.equal(await one.claim(false), true);
  assert.equal(await one.claim(false), true, 'it is the one already');
  assert.equal(await other.claim(false), false);
  other.free();
  one.free();
  assert.equal(await other.claim(false), true);
  other.free();
});

test('a tab that frees and claims in the same breath finds nobody in its way', async () => {
  const tab = new Tab();
  for (let round = 0; round < 20; round++) {
    assert.equal(await tab.claim(false), true, `round ${round}`);
    tab.free();
  }
});

test('a claim that was freed before it was granted holds nothing', async () => {
  const [one, other] = [new Tab(), new Tab()];
  const claims: Promise<boolean>[] = [];
  for (let round = 0; round < 5; round++) {
    claims.push(one.claim(false));
    one.free();
  }
  await Promise.all(claims);

  assert.equal(await other.claim(false), true);
  other.free();
});

test('the tab that is robbed is told, once; the one that freed before is not', async () => {
  const [one, other, third] = [new Tab(), new Tab(), new Tab()];
  const told: string[] = [];
  for (const [name, tab] of Object.entries({ one, other, third })) tab.onStolen = () => told.push(name);

  await one.claim(false);
  assert.equal(await other.claim(true), true);
  other.free();
  assert.equal(await third.claim(true), true);
  third.free();

  assert.deepEqual(told, ['one']);
});
