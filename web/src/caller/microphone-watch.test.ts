import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLINK_MS, FINE, GIVE_UP_MS, STUCK_MS, isBetterThere, step, troubleOf } from './microphone-watch.ts';
import type { Command, Watch, WatchEvent } from './microphone-watch.ts';

const T0 = 10_000;
type News = WatchEvent extends infer E ? E extends WatchEvent ? Omit<E, 'nowMs'> : never : never;

/** Plays events, each so many ms after the start; says what was shown and what was to be done. */
function play(...events: [number, News][]) {
  let watch = FINE;
  const done: [number, Command][] = [];
  for (const [ms, news] of events) {
    const [next, command] = step(watch, { ...news, nowMs: T0 + ms } as WatchEvent);
    watch = next;
    if (command) done.push([ms, command]);
  }
  return { watch, shown: troubleOf(watch), done };
}

/** Lets time pass up to `untilMs`, looking whenever it is due. */
function pass(watch: Watch, untilMs: number, facts: { heardMs?: number | null; inCall?: boolean } = {}) {
  const { heardMs = null, inCall = true } = facts;
  const done: [number, Command][] = [];
  while (watch.dueMs !== null && watch.dueMs <= T0 + untilMs) {
    const nowMs = watch.dueMs;
    const [next, command] = step(watch, { type: 'due', nowMs, heardMs, inCall });
    if (command) done.push([nowMs - T0, command]);
    watch = command === 'open' ? step(next, { type: 'failed', refused: false, nowMs })[0] : next;
    if (command === 'give_up') break;
  }
  return { watch, shown: troubleOf(watch), done };
}

const ended: News = { type: 'ended' };
const muted: News = { type: 'muted' };
const unmuted: News = { type: 'unmuted' };
const tap: News = { type: 'tap' };
const opened: News = { type: 'opened', muted: false };
const failed: News = { type: 'failed', refused: false };
const refused: News = { type: 'failed', refused: true };

test('a microphone that ends is opened again at once, and the person is told', () => {
  const { shown, done } = play([0, ended]);

  assert.deepEqual(shown, { kind: 'lost', tap: false });
  assert.deepEqual(done, [[0, 'open']]);
});

test('the same loss, reported twice, is one', () => {
  assert.deepEqual(play([0, ended], [10, ended]).done, [[0, 'open']]);
});

test('a microphone that is back is on trial without a word, and fine when it is heard', () => {
  const { watch, shown } = play([0, ended], [300, opened]);

  assert.equal(shown, null);
  assert.equal(pass(watch, 60_000, { heardMs: T0 + 400 }).watch.phase, 'fine');
});

test('where sound cannot be measured, nothing is suspected', () => {
  const { watch } = play([0, ended], [300, opened]);

  assert.equal(pass(watch, 60_000, { heardMs: null }).watch.phase, 'fine');
});

test('one that gives no sound after it came back is shown with a tap, until it is heard', () => {
  const { watch } = play([0, ended], [300, opened]);
  const silent = pass(watch, 300 + STUCK_MS + 5000, { heardMs: T0 + 100 });

  assert.deepEqual(silent.shown, { kind: 'silent', tap: true });
  assert.equal(pass(silent.watch, 60_000, { heardMs: T0 + 11_000 }).shown, null);
});

test('opening fails: it is tried again at growing distances, and the tap is offered meanwhile', () => {
  const { watch, shown } = play([0, ended], [100, failed]);
  const later = pass(watch, 25_000);

  assert.deepEqual(shown, { kind: 'lost', tap: true });
  assert.deepEqual(later.done.map(([ms]) => ms), [1100, 3100, 7100, 15_100, 23_100]);
  assert.deepEqual(later.shown, { kind: 'lost', tap: true });
});

test('in a call it never gives up, however long it takes', () => {
  const { watch } = play([0, ended], [100, failed]);

  assert.ok(pass(watch, 3_600_000).done.every(([, command]) => command === 'open'));
});

for (const [how, failure] of [['lost', failed], ['refused', refused]] as const) {
  test(`outside a call a place without a microphone (${how}) is given up after 30 s, not sooner`, () => {
    const { watch } = play([0, ended], [100, failure]);
    const { done } = pass(watch, 60_000, { inCall: false });
    const last = done.at(-1)!;

    assert.equal(last[1], 'give_up');
    assert.ok(last[0] >= GIVE_UP_MS && last[0] < GIVE_UP_MS + 8000);
  });
}

test('a refusal is shown as one, and not asked for again by itself', () => {
  const { watch, shown } = play([0, ended], [100, refused], [200, { type: 'chance' }]);

  assert.deepEqual(shown, { kind: 'refused', tap: true });
  assert.deepEqual(pass(watch, 60_000).done, []);
  assert.deepEqual(step(watch, { type: 'granted', nowMs: T0 + 9000 })[1], 'open');
});

test('a new device or the sight of the page is a chance at once, but not while one is being opened', () => {
  assert.deepEqual(play([0, ended], [5, { type: 'chance' }], [100, failed], [200, { type: 'chance' }]).done,
    [[0, 'open'], [200, 'open']]);
  assert.deepEqual(play([0, { type: 'chance' }], [0, { type: 'granted' }]).done, []);
});

test('opening that hangs, as at a question nobody answers, offers the tap after a while', () => {
  const { watch } = play([0, ended]);

  assert.deepEqual(pass(watch, STUCK_MS).shown, { kind: 'lost', tap: true });
});

test('muted for a blink: nobody is told', () => {
  const { watch, shown } = play([0, muted], [BLINK_MS - 1, unmuted]);

  assert.equal(shown, null);
  assert.deepEqual(watch, { ...FINE, sinceMs: T0 + BLINK_MS - 1 });
});

test('muted by the system: told soon, opened never by itself, a tap offered after 5 s', () => {
  const { watch, shown, done } = play([0, muted]);
  const told = pass(watch, BLINK_MS);
  const stuck = pass(told.watch, 60_000);

  assert.equal(shown, null);
  assert.deepEqual(told.shown, { kind: 'muted', tap: false });
  assert.deepEqual(pass(told.watch, STUCK_MS - 1).shown, { kind: 'muted', tap: false });
  assert.deepEqual(pass(told.watch, STUCK_MS).shown, { kind: 'muted', tap: true });
  assert.deepEqual(stuck.shown, { kind: 'muted', tap: true });
  assert.deepEqual([...done, ...told.done, ...stuck.done], []);
});

test('unmuted by the system: nothing is shown any more', () => {
  const due: News = { type: 'due', heardMs: null, inCall: true };

  assert.equal(play([0, muted], [600, due], [5600, due], [7000, unmuted]).shown, null);
});

test('a tap opens anew and takes the button away until it is decided', () => {
  const due: News = { type: 'due', heardMs: null, inCall: true };
  const tapped = play([0, muted], [600, due], [5600, due], [6000, tap]);

  assert.deepEqual(tapped.shown, { kind: 'muted', tap: false });
  assert.deepEqual(tapped.done, [[6000, 'open']]);
  assert.equal(step(tapped.watch, { ...opened, nowMs: T0 + 6100 } as WatchEvent)[0].phase, 'trial');
  const again = step(tapped.watch, { ...failed, nowMs: T0 + 6100 } as WatchEvent)[0];
  assert.deepEqual(troubleOf(again), { kind: 'muted', tap: true });
});

test('a tap goes before what is being opened by itself', () => {
  const { watch } = pass(play([0, ended]).watch, STUCK_MS);

  assert.equal(step(watch, { type: 'tap', nowMs: T0 + 6000 })[1], 'open');
});

test('a tap that nobody was asked for does nothing', () => {
  assert.deepEqual(play([0, tap], [0, muted], [1, tap]).done, []);
});

test('a new track that is muted from the start is told at once', () => {
  assert.deepEqual(play([0, ended], [100, { type: 'opened', muted: true }]).shown, { kind: 'muted', tap: false });
});

test('a better device is opened while the one in use goes on; a failure leaves it so', () => {
  const better: News = { type: 'better' };

  assert.deepEqual(play([0, better], [5, better]).done, [[0, 'open']]);
  assert.deepEqual(play([0, better], [50, failed]).watch, FINE);
  assert.equal(play([0, better], [50, opened]).watch.phase, 'fine');
});

test('the one in use ends while a better one is being opened: that one is awaited', () => {
  const { done, shown } = play([0, { type: 'better' }], [20, ended]);

  assert.deepEqual(done, [[0, 'open']]);
  assert.deepEqual(shown, { kind: 'lost', tap: false });
});

test('what is gone cannot be muted any more', () => {
  assert.equal(play([0, ended], [1, muted], [2, unmuted]).watch.phase, 'lost');
});

const usb = { deviceId: 'usb', groupId: 'u' };
const inner = { deviceId: 'in', groupId: 'i' };
const first = { deviceId: 'default', groupId: 'u' };
const choices: [string, Parameters<typeof isBetterThere>, boolean][] = [
  ['the chosen one is back', [[inner, usb], inner, 'usb', false], true],
  ['the chosen one is in use', [[inner, usb], usb, 'usb', true], false],
  ['the chosen one is away, the default in use', [[inner], inner, 'usb', true], false],
  ['nothing was chosen, and the default is another one now', [[first, inner, usb], inner, null, true], true],
  ['the same, where the browser would ask', [[first, inner, usb], inner, null, false], false],
  ['the default was chosen, and is another one now', [[first, inner, usb], inner, 'default', true], true],
  ['the default is in use', [[first, inner, usb], { deviceId: 'default', groupId: 'u' }, null, true], false],
  ['nothing is known of the groups', [[{ deviceId: '', groupId: '' }], {}, null, true], false],
  ['there is no device at all', [[], inner, null, true], false],
];
for (const [what, given, better] of choices) {
  test(`${what}: ${better ? 'open another one' : 'stay'}`, () => {
    assert.equal(isBetterThere(...given), better);
  });
}
