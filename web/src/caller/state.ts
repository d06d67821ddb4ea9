/**
 * The caller page's state machine, as one table: screen × event → next state and effects. Pure.
 *
 * A missing entry is an illegal event: it returns the very same state and asks for nothing.
 * Events that name another call than the current one are late news of an old call, and count as illegal.
 */

import type { Call, EndReason, Effect, Event, Notice, Person, Screen, State, Transition } from './types.ts';

export type On<S extends Screen> = State & { screen: S };
type Row<S extends Screen> = {
  [T in Event['type']]?: (state: On<S>, event: Event & { type: T }) => [State, Effect[]];
};
type Table = { [S in Screen]: Row<S> };
type InCall = On<'connecting'> | On<'talking'> | On<'reconnecting'>;
type Present = On<'asking'> | On<'waiting'> | InCall;

export const initial: State = { screen: 'rules' };

const START: State = { screen: 'start' };
const STOP: Effect[] = [{ type: 'stop' }];

const stay = (state: State): [State, Effect[]] => [state, []];
const toStart = (): [State, Effect[]] => [START, STOP];
const asking = { screen: 'asking', offline: false, microphone: null } as const;
const begin = (): [State, Effect[]] => [{ ...asking, again: false }, [{ type: 'begin' }]];
const lookOn = (state: On<'talking' | 'reconnecting' | 'ended'>): [State, Effect[]] => {
  // Next keeps the microphone as it is; after the end of a call it is opened anew.
  const microphone = state.screen === 'ended' ? null : state.microphone;
  return [{ ...asking, again: true, microphone }, [{ type: 'next' }]];
};

function fail(_: State, { code, retryAfterS }: Event & { type: 'failed' }): [State, Effect[]] {
  return [{ screen: 'error', code, retryAfterS }, STOP];
}

function match(state: On<'asking' | 'waiting' | 'talking' | 'reconnecting'>, { call, nowMs }: Event & { type: 'matched' }): [State, Effect[]] {
  const queuedMs = state.screen === 'waiting' ? state.sinceMs : nowMs;
  return stay({
    screen: 'connecting', stage: 'channel', ...call, queuedMs, partnerMuted: false, offline: false,
    playbackBlocked: false, safetyWords: null, microphone: state.microphone,
  });
}

function noticeOf({ partner }: Call, reason: EndReason): Notice {
  if (reason === 'hangup') return null;
  if (partner === 'bot') return 'bot_lost';
  return reason === 'failed' || reason === 'gone' ? 'failed' : 'partner_lost';
}

const talkedS = (state: InCall, nowMs: number): number =>
  state.screen === 'connecting' ? 0 : Math.max(0, Math.round((nowMs - state.sinceMs) / 1000));

function ended(state: InCall, event: Event & { type: 'ended' }): [State, Effect[]] {
  const { reason, requeued, nowMs } = event;
  if (event.callId !== state.callId) return stay(state);
  if (requeued) {
    const sinceMs = state.screen === 'connecting' ? state.queuedMs : nowMs;
    return stay({
      screen: 'waiting', position: null, estimateS: null, hitch: null, sinceMs, notice: noticeOf(state, reason),
      offline: false, microphone: state.microphone,
    });
  }
  return stay({ screen: 'ended', partner: state.partner, reason, blocked: false, talkedS: talkedS(state, nowMs) });
}

/** Change some fields, but only on news of the current call. */
function patch<C extends InCall>(state: C, event: { callId: string }, change: Partial<C>): [State, Effect[]] {
  return stay(event.callId === state.callId ? { ...state, ...change } : state);
}

const callOf = ({ callId, partner, speechBy }: Call): Call => ({ callId, partner, speechBy });

/** The socket and the microphone may fail, and come back, from the first moment to the last. */
const present = {
  offline: (state: Present) => stay({ ...state, offline: true }),
  online: (state: Present) => stay({ ...state, offline: false }),
  microphone: (state: Present, { trouble }: Event & { type: 'microphone' }) => stay({ ...state, microphone: trouble }),
  resume: (state: Present): [State, Effect[]] => (state.microphone?.tap
    ? [{ ...state, microphone: { ...state.microphone, tap: false } }, [{ type: 'resume' }]] : stay(state)),
  failed: fail,
};

const leave = (state: On<'talking' | 'reconnecting'>, nowMs: number, blocked: boolean): State => (
  { screen: 'ended', partner: state.partner, reason: 'hangup', blocked, talkedS: talkedS(state, nowMs) });

/** Whoever was waited for is missed; an offer that nobody has answered goes without a word. */
const wasHere = ({ person }: { person: Person }): Person => (person === 'asked' || person === 'missed' ? 'missed' : 'none');

/** What talking and reconnecting have in common; they differ in `suspect` and `recovered` alone. */
const talk = {
  ...present,
  mute: (state, _) => (state.muted ? stay(state) : [{ ...state, muted: true }, [{ type: 'mute', muted: true }]]),
  unmute: (state, _) => (state.muted ? [{ ...state, muted: false }, [{ type: 'mute', muted: false }]] : stay(state)),
  next: lookOn,
  end: (state, { nowMs }) => [leave(state, nowMs, false), [{ type: 'hangup' }]],
  block: (state, { nowMs }) => [leave(state, nowMs, true), [{ type: 'block' }]],
  person: (state, event) => patch(state, event, { person: event.free ? 'here' : wasHere(state) }),
  change: (state, _) => (state.person === 'here' ? [{ ...state, person: 'asked' }, [{ type: 'change' }]] : stay(state)),
  stay: (state, _) => (state.person === 'here' ? [{ ...state, person: 'none' }, [{ type: 'stay' }]] : stay(state)),
  // Only a bot is left for another call without a word to the queue.
  matched: (state, event) => (state.partner === 'bot' ? match(state, event) : stay(state)),
  play: (state, _) =>
    (state.playbackBlocked ? [{ ...state, playbackBlocked: false }, [{ type: 'play' }]] : stay(state)),
  partnerMuted: (state, event) => patch(state, event, { partnerMuted: event.muted }),
  safetyWords: (state, event) => patch(state, event, { safetyWords: event.words }),
  endsSoon: (state, event) => patch(state, event, { endsSoon: true }),
  playbackBlocked: (state, _) => stay({ ...state, playbackBlocked: true }),
  ended,
} satisfies Row<'talking' | 'reconnecting'>;

const table: Table = {
  rules: { accept: () => stay(START) },
  start: { connect: begin, failed: fail },
  asking: {
    ...present,
    cancel: toStart,
    waiting: ({ microphone }, { position, estimateS, hitch, nowMs }) =>
      stay({ screen: 'waiting', position, estimateS, hitch, sinceMs: nowMs, notice: null, offline: false, microphone }),
    matched: match,
  },
  waiting: {
    ...present,
    cancel: toStart,
    waiting: (state, { position, estimateS, hitch }) => stay({ ...state, position, estimateS, hitch, offline: false }),
    matched: match,
  },
  connecting: {
    ...present,
    cancel: toStart,
    stage: (state, event) => patch(state, event, { stage: event.stage }),
    talking: (state, event) => {
      if (event.callId !== state.callId) return stay(state);
      const { partnerMuted, offline, playbackBlocked, safetyWords, microphone } = state;
      return stay({
        screen: 'talking', ...callOf(state), sinceMs: event.nowMs, endsMs: event.endsMs, muted: false, endsSoon: false,
        partnerMuted, offline, playbackBlocked, safetyWords, microphone, person: 'none',
      });
    },
    partnerMuted: (state, event) => patch(state, event, { partnerMuted: event.muted }),
    safetyWords: (state, event) => patch(state, event, { safetyWords: event.words }),
    playbackBlocked: (state, _) => stay({ ...state, playbackBlocked: true }),
    ended,
  },
  talking: {
    ...talk,
    suspect: (state, { callId }) => stay(callId === state.callId ? { ...state, screen: 'reconnecting' } : state),
  },
  reconnecting: {
    ...talk,
    recovered: (state, { callId }) => stay(callId === state.callId ? { ...state, screen: 'talking' } : state),
  },
  ended: { next: lookOn, home: toStart, failed: fail },
  error: { connect: begin, home: toStart },
};

/** Every legal screen × event pair; the tests and the documents read it. */
export const legal: ReadonlyMap<Screen, readonly Event['type'][]> = new Map(
  Object.entries(table).map(([screen, row]) => [screen as Screen, Object.keys(row) as Event['type'][]]),
);

export const transition: Transition = (state, event) => {
  // The table's own type proves each entry against its row and column; the look-up cannot carry that proof.
  const row = table[state.screen] as Partial<Record<Event['type'], (state: State, event: Event) => [State, Effect[]]>>;
  return row[event.type]?.(state, event) ?? stay(state);
};
