import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Watch } from './watch.ts';

test('watch: a flat count is suspect after 1.5 s, once, and recovers with the next packet', () => {
  const watch = new Watch();
  const verdicts = [0, 1000, 1500, 2000].map((ms) => watch.see(10, ms));
  assert.deepEqual(verdicts, [null, null, 'suspect', null]);
  assert.deepEqual([watch.see(11, 2500), watch.see(36, 3000)], ['recovered', null]);
  assert.deepEqual([watch.see(36, 4400), watch.see(36, 4500)], [null, 'suspect']);
});

test("watch: the browser's own doubt counts once and ends with the next packet", () => {
  const watch = new Watch();
  assert.equal(watch.see(10, 0), null);
  assert.deepEqual([watch.suspect(), watch.suspect()], [true, false]);
  assert.equal(watch.see(10, 1600), null);
  assert.equal(watch.see(12, 2000), 'recovered');
});

test('watch: a long pause of the page itself is no lost path', () => {
  const watch = new Watch();
  assert.equal(watch.see(10, 0), null);
  assert.equal(watch.see(900, 60_000), null);
});
