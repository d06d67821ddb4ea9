import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial, legal, transition } from './state.ts';
import type { Effect, EndReason, Event, MicrophoneTrouble, Screen, State } from './types.ts';

const call = { callId: 'A'.repeat(22), partner: 'human', speechBy: null } as const;
const other = { callId: 'B'.repeat(22), partner: 'bot', speechBy: 'Example Speech' } as const;
const start: State = { screen: 'start' };
const mute: MicrophoneTrouble = { kind: 'muted', tap: true };
const lost: MicrophoneTrouble = { kind: 'lost', tap: false };
const asking: State = { screen: 'asking', again: false, offline: false, microphone: null };
const lookingOn: State = { ...asking, again: true };
const waiting: State = {
  screen: 'waiting', position: 4, estimateS: 30, hitch: null, sinceMs: 5_000, notice: 'failed', offline: false,
  microphone: lost,
};
const connecting: State = {
  screen: 'connecting', stage: 'ice', ...call, queuedMs: 4_000, partnerMuted: true, offline: true,
  playbackBlocked: true, safetyWords: [1, 2, 3, 4], microphone: lost,
};
const talking: State = {
  screen: 'talking', ...call, sinceMs: 10_000, endsMs: 70_000, muted: false, partnerMuted: false, offline: false,
  endsSoon: false, playbackBlocked: false, safetyWords: null, microphone: null, person: 'none',
};
const broken: State = {
  ...talking, screen: 'reconnecting', muted: true, offline: true, playbackBlocked: true, microphone: mute,
};
const ended: State = { screen: 'ended', partner: 'human', reason: 'partner_left', blocked: false, talkedS: 9 };
const error: State = { screen: 'error', code: 'rate_limited', retryAfterS: 7 };

const states: Record<Screen, State> = {
  rules: initial, start, asking, waiting, connecting, talking, reconnecting: broken, ended, error,
};

const events: { [T in Event['type']]: Event & { type: T } } = {
  accept: { type: 'accept' }, connect: { type: 'connect' }, cancel: { type: 'cancel' }, mute: { type: 'mute' },
  unmute: { type: 'unmute' }, next: { type: 'next' }, end: { type: 'end', nowMs: 12_600 },
  block: { type: 'block', nowMs: 12_600 }, home: { type: 'home' }, play: { type: 'play' },
  waiting: { type: 'waiting', position: 2, estimateS: null, hitch: 'paused', nowMs: 9_000 },
  matched: { type: 'matched', call: other, nowMs: 8_000 },
  stage: { type: 'stage', callId: call.callId, stage: 'audio' },
  talking: { type: 'talking', callId: call.callId, nowMs: 20_000, endsMs: 80_000 },
  suspect: { type: 'suspect', callId: call.callId }, recovered: { type: 'recovered', callId: call.callId },
  partnerMuted: { type: 'partnerMuted', callId: call.callId, muted: true },
  safetyWords: { type: 'safetyWords', callId: call.callId, words: [63, 0, 7, 7] },
  endsSoon: { type: 'endsSoon', callId: call.callId },
  person: { type: 'person', callId: call.callId, free: true }, change: { type: 'change' }, stay: { type: 'stay' },
  playbackBlocked: { type: 'playbackBlocked' },
  microphone: { type: 'microphone', trouble: mute }, resume: { type: 'resume' },
  ended: { type: 'ended', callId: call.callId, reason: 'partner_lost', requeued: false, nowMs: 13_400 },
  offline: { type: 'offline' }, online: { type: 'online' },
  failed: { type: 'failed', code: 'offline', retryAfterS: 3 },
};

const stop: Effect = { type: 'stop' };
const begin: Effect = { type: 'begin' };
const next: Effect = { type: 'next' };
const failed: State = { screen: 'error', code: 'offline', retryAfterS: 3 };
const fresh = {
  partnerMuted: false, offline: false, playbackBlocked: false, safetyWords: null, microphone: null,
} as const;
const matched: State = { screen: 'connecting', stage: 'channel', ...other, queuedMs: 8_000, ...fresh };

/** What leads somewhere from each screen; everything that is not here must change nothing. */
const expected: Record<Screen, Partial<Record<Event['type'], [State, ...Effect[]]>>> = {
  rules: { accept: [start] },
  start: { connect: [asking, begin], failed: [failed, stop] },
  asking: {
    cancel: [start, stop], matched: [matched], failed: [failed, stop],
    waiting: [{
      screen: 'waiting', position: 2, estimateS: null, hitch: 'paused', sinceMs: 9_000, notice: null, offline: false,
      microphone: null,
    }],
    offline: [{ ...asking, offline: true }], online: [asking],
    microphone: [{ ...asking, microphone: mute }], resume: [asking],
  },
  waiting: {
    cancel: [start, stop], matched: [{ ...matched, queuedMs: 5_000, microphone: lost }], failed: [failed, stop],
    waiting: [{ ...waiting, position: 2, estimateS: null, hitch: 'paused' }],
    offline: [{ ...waiting, offline: true }], online: [waiting],
    microphone: [{ ...waiting, microphone: mute }], resume: [waiting],
  },
  connecting: {
    cancel: [start, stop], stage: [{ ...connecting, stage: 'audio' }], failed: [failed, stop],
    microphone: [{ ...connecting, microphone: mute }], resume: [connecting],
    // What the partner and the browser did before the first sound is not forgotten.
    talking: [{
      ...talking, sinceMs: 20_000, endsMs: 80_000, partnerMuted: true, offline: true, playbackBlocked: true,
      safetyWords: [1, 2, 3, 4], microphone: lost,
    }],
    safetyWords: [{ ...connecting, safetyWords: [63, 0, 7, 7] }],
    partnerMuted: [connecting], playbackBlocked: [connecting], offline: [connecting],
    online: [{ ...connecting, offline: false }],
    ended: [{ screen: 'ended', partner: 'human', reason: 'partner_lost', blocked: false, talkedS: 0 }],
  },
  talking: {
    mute: [{ ...talking, muted: true }, { type: 'mute', muted: true }], unmute: [talking],
    next: [lookingOn, next], play: [talking],
    end: [{ screen: 'ended', partner: 'human', reason: 'hangup', blocked: false, talkedS: 3 }, { type: 'hangup' }],
    block: [{ screen: 'ended', partner: 'human', reason: 'hangup', blocked: true, talkedS: 3 }, { type: 'block' }],
    suspect: [{ ...talking, screen: 'reconnecting' }],
    partnerMuted: [{ ...talking, partnerMuted: true }], endsSoon: [{ ...talking, endsSoon: true }],
    playbackBlocked: [{ ...talking, playbackBlocked: true }],
    person: [{ ...talking, person: 'here' }], change: [talking], stay: [talking], matched: [talking],
    safetyWords: [{ ...talking, safetyWords: [63, 0, 7, 7] }],
    microphone: [{ ...talking, microphone: mute }], resume: [talking],
    offline: [{ ...talking, offline: true }], online: [talking],
    ended: [{ screen: 'ended', partner: 'human', reason: 'partner_lost', blocked: false, talkedS: 3 }],
    failed: [failed, stop],
  },
  reconnecting: {
    mute: [broken], unmute: [{ ...broken, muted: false }, { type: 'mute', muted: false }],
    next: [{ ...lookingOn, microphone: mute }, next], play: [{ ...broken, playbackBlocked: false }, { type: 'play' }],
    microphone: [broken], resume: [{ ...broken, microphone: { kind: 'muted', tap: false } }, { type: 'resume' }],
    end: [{ screen: 'ended', partner: 'human', reason: 'hangup', blocked: false, talkedS: 3 }, { type: 'hangup' }],
    block: [{ screen: 'ended', partner: 'human', reason: 'hangup', blocked: true, talkedS: 3 }, { type: 'block' }],
    recovered: [{ ...broken, screen: 'talking' }],
    partnerMuted: [{ ...broken, partnerMuted: true }], endsSoon: [{ ...broken, endsSoon: true }],
    person: [{ ...broken, person: 'here' }], change: [broken], stay: [broken], matched: [broken],
    safetyWords: [{ ...broken, safetyWords: [63, 0, 7, 7] }],
    playbackBlocked: [broken], offline: [broken], online: [{ ...broken, offline: false }],
    ended: [{ screen: 'ended', partner: 'human', reason: 'partner_lost', blocked: false, talkedS: 3 }],
    failed: [failed, stop],
  },
  ended: { next: [lookingOn, next], home: [start, stop], failed: [failed, stop] },
  error: { connect: [asking, begin], home: [start, stop] },
};

for (const [screen, state] of Object.entries(states) as [Screen, State][]) {
  for (const [type, event] of Object.entries(events) as [Event['type'], Event][]) {
    const want = expected[screen][type];
    test(`${type} on ${screen} ${want ? `leads to ${want[0].screen}` : 'changes nothing'}`, () => {
      const before = structuredClone(state);
      const [after, effects] = transition(state, event);

      assert.deepEqual(state, before, 'the old state is left as it was');
      if (want) assert.deepEqual([after, ...effects], want);
      else assert.ok(after === state && effects.length === 0);
    });
  }
  test(`the table has an entry for exactly what leads somewhere from ${screen}`, () => {
    assert.deepEqual([...(legal.get(screen) ?? [])].sort(), Object.keys(expected[screen]).sort());
  });
}

for (const type of ['stage', 'talking', 'suspect', 'recovered', 'partnerMuted', 'safetyWords', 'endsSoon', 'person', 'ended'] as const) {
  test(`${type} of another call changes nothing anywhere`, () => {
    for (const state of Object.values(states)) {
      const [after, effects] = transition(state, { ...events[type], callId: other.callId });

      assert.ok(after === state && effects.length === 0);
    }
  });
}

const requeues: [EndReason, string | null][] = [
  ['partner_left', 'partner_lost'], ['partner_lost', 'partner_lost'], ['failed', 'failed'], ['gone', 'failed'],
  ['hangup', null],
];
for (const [reason, notice] of requeues) {
  test(`ended as ${reason} with the place kept leads back to waiting, and says ${notice ?? 'nothing'}`, () => {
    // A wait that found nobody after all goes on; after a talk a new one begins.
    for (const [state, sinceMs, microphone] of [
      [connecting, 4_000, lost], [talking, 13_400, null], [broken, 13_400, mute],
    ] as const) {
      const [after, effects] = transition(state, { ...events.ended, reason, requeued: true });

      assert.deepEqual(after, {
        screen: 'waiting', position: null, estimateS: null, hitch: null, sinceMs, notice, offline: false, microphone,
      });
      assert.deepEqual(effects, []);
    }
  });
}

test('a bot whose path or process fails leads back to waiting, and says that it was the bot', () => {
  for (const reason of ['partner_lost', 'failed'] as const) {
    const [after] = transition({ ...talking, ...other }, { ...events.ended, callId: other.callId, reason, requeued: true });

    assert.equal(after.screen === 'waiting' && after.notice, 'bot_lost');
  }
});

const bot = { ...talking, ...other } as State & { screen: 'talking' };
const here = { ...events.person, callId: other.callId };
const gone = { ...here, free: false };
const persons: [string, Event[], string, Effect[]][] = [
  ['is offered, and may go again without a word', [here, gone], 'none', []],
  ['who is declined is offered no more', [here, { type: 'stay' }, gone], 'none', [{ type: 'stay' }]],
  ['is asked for once', [here, { type: 'change' }, { type: 'change' }], 'asked', [{ type: 'change' }]],
  ['who is offered again can be asked for again', [here, { type: 'change' }, here], 'here', [{ type: 'change' }]],
  ['who has gone when asked for is missed', [here, { type: 'change' }, gone, gone], 'missed', [{ type: 'change' }]],
  ['may come after another was missed', [here, { type: 'change' }, gone, here], 'here', [{ type: 'change' }]],
  ['who is not there cannot be asked for or declined', [{ type: 'change' }, { type: 'stay' }], 'none', []],
];
for (const [what, steps, person, done] of persons) {
  test(`with a bot, a person ${what}`, () => {
    let state: State = bot;
    const effects: Effect[] = [];
    for (const event of steps) {
      const [after, more] = transition(state, event);
      state = after;
      effects.push(...more);
    }

    assert.deepEqual(state, { ...bot, person });
    assert.deepEqual(effects, done);
  });
}

test('from a bot the way to a person leads through connecting, with nothing of the bot', () => {
  const [asked] = transition({ ...bot, person: 'here', muted: true }, { type: 'change' });
  const [after, effects] = transition(asked, { type: 'matched', call, nowMs: 8_000 });

  assert.deepEqual(after, { ...matched, ...call });
  assert.deepEqual(effects, []);
});

test('muting twice tells the edges once', () => {
  const [muted] = transition(talking, { type: 'mute' });

  assert.deepEqual(transition(muted, { type: 'mute' }), [muted, []]);
});

test('a clock that was set back never makes a call last less than nothing', () => {
  const [after] = transition(talking, { type: 'end', nowMs: 0 });

  assert.equal(after.screen === 'ended' && after.talkedS, 0);
});

test('a call of the next match starts with nothing of the last one but the microphone', () => {
  let state: State = broken;
  for (const event of [events.next, events.waiting, events.matched, { ...events.talking, callId: other.callId }]) {
    [state] = transition(state, event);
  }

  assert.deepEqual(state, { ...talking, ...other, ...fresh, microphone: mute, sinceMs: 20_000, endsMs: 80_000 });
});
