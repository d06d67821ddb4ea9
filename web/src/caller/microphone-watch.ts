/**
 * What to do when the microphone falters: events and times in, what to tell the person and what to do out. Pure.
 *
 * A microphone that is gone is opened again, by itself and again and again. One that the system has muted (a phone
 * call, a switch on the headset) is left alone at first: it mostly comes back, and opening it anew needs a gesture on
 * iOS. No trouble with a microphone ends a call: whoever has lost it still hears.
 */

import type { MicrophoneTrouble } from './types.ts';

/** A track is mute for a moment now and then, and nobody needs to know; ms. */
export const BLINK_MS = 500;
/** What the system has muted for so long, or what gives no sound for so long after it came back, needs a tap; ms. */
export const STUCK_MS = 5000;
/** How long a caller without a microphone may keep a place in the queue, ms. */
export const GIVE_UP_MS = 30_000;
const RETRY_MS = [1000, 2000, 4000, 8000] as const;
const LOOK_MS = 500;

/**
 * `trial`: it came back, and has not been heard yet. `stuck`: muted for so long that only a tap helps. `lost`: the
 * track has ended. `refused`: and the browser does not give another one.
 */
type Phase = 'fine' | 'blinking' | 'muted' | 'stuck' | 'trial' | 'silent' | 'lost' | 'refused';

/** Times are ms on one monotonic clock. */
export interface Watch {
  phase: Phase;
  /** Since when. A microphone that is gone counts from its loss, whatever was tried since. */
  sinceMs: number;
  /** What is being opened, and at whose wish. */
  opening: 'by_tap' | 'by_itself' | null;
  /** Failed tries to open a lost one. */
  tries: number;
  /** When to look again; null: not before something happens. */
  dueMs: number | null;
}

export type WatchEvent = { nowMs: number } & (
  | { type: 'ended' } | { type: 'muted' } | { type: 'unmuted' }
  | { type: 'opened'; muted: boolean }
  | { type: 'failed'; refused: boolean }
  // A device came, or the page is seen again; the permission was given; another device suits better.
  | { type: 'chance' } | { type: 'granted' } | { type: 'better' }
  | { type: 'tap' }
  // `heardMs`: when the microphone last gave any sound; null where that cannot be measured.
  | { type: 'due'; heardMs: number | null; inCall: boolean }
);

export type Command = 'open' | 'give_up' | null;

export const FINE: Watch = { phase: 'fine', sinceMs: 0, opening: null, tries: 0, dueMs: null };

const DELAY_MS: Readonly<Record<Phase, number | null>> = {
  fine: null, blinking: BLINK_MS, muted: STUCK_MS, stuck: null, trial: STUCK_MS, silent: LOOK_MS,
  lost: STUCK_MS, refused: LOOK_MS,
};

/** What the person is told. */
export function troubleOf({ phase, opening, tries }: Watch): MicrophoneTrouble | null {
  const tap = opening !== 'by_tap';
  switch (phase) {
    case 'fine': case 'blinking': case 'trial': return null;
    case 'muted': return { kind: 'muted', tap: false };
    case 'stuck': return { kind: 'muted', tap };
    case 'lost': return { kind: 'lost', tap: tap && tries > 0 };
    case 'silent': case 'refused': return { kind: phase, tap };
  }
}

const isGone = ({ phase }: Watch): boolean => phase === 'lost' || phase === 'refused';

function enter(watch: Watch, phase: Phase, nowMs: number): Watch {
  const delayMs = DELAY_MS[phase];
  return { ...watch, phase, sinceMs: nowMs, tries: 0, dueMs: delayMs === null ? null : nowMs + delayMs };
}

/** Open it, unless that is being done. */
function open(watch: Watch): [Watch, Command] {
  return watch.opening ? [watch, null] : [{ ...watch, opening: 'by_itself' }, 'open'];
}

function opened(watch: Watch, muted: boolean, nowMs: number): Watch {
  const settled = { ...watch, opening: null };
  if (muted) return enter(settled, 'muted', nowMs);
  return enter(settled, watch.phase === 'fine' ? 'fine' : 'trial', nowMs);
}

function failed(watch: Watch, refused: boolean, nowMs: number): Watch {
  const settled = { ...watch, opening: null };
  if (!isGone(watch)) return settled;
  const delayMs = refused ? LOOK_MS : RETRY_MS[Math.min(watch.tries, RETRY_MS.length - 1)]!;
  return { ...settled, phase: refused ? 'refused' : 'lost', tries: watch.tries + 1, dueMs: nowMs + delayMs };
}

function due(watch: Watch, event: WatchEvent & { type: 'due' }): [Watch, Command] {
  const { nowMs, heardMs, inCall } = event;
  if (watch.dueMs === null || nowMs < watch.dueMs) return [watch, null];
  const heard = heardMs === null || heardMs > watch.sinceMs;
  switch (watch.phase) {
    case 'fine': case 'stuck': return [watch, null];
    // It is muted since it began to blink.
    case 'blinking': return [{ ...watch, phase: 'muted', dueMs: watch.sinceMs + STUCK_MS }, null];
    case 'muted': return [enter(watch, 'stuck', nowMs), null];
    case 'trial': return [enter(watch, heard ? 'fine' : 'silent', nowMs), null];
    case 'silent': return [heard ? enter(watch, 'fine', nowMs) : { ...watch, dueMs: nowMs + LOOK_MS }, null];
    case 'lost': case 'refused':
      if (!inCall && nowMs - watch.sinceMs >= GIVE_UP_MS) return [FINE, 'give_up'];
      // Opening it may take as long as the person thinks about the browser's question, or hang.
      if (watch.phase === 'refused' || watch.opening) {
        return [{ ...watch, tries: watch.tries || 1, dueMs: nowMs + LOOK_MS }, null];
      }
      return open({ ...watch, dueMs: nowMs + STUCK_MS });
  }
}

export function step(watch: Watch, event: WatchEvent): [Watch, Command] {
  const { nowMs } = event;
  switch (event.type) {
    case 'ended': return isGone(watch) ? [watch, null] : open(enter(watch, 'lost', nowMs));
    case 'muted':
      return [['fine', 'trial', 'silent'].includes(watch.phase) ? enter(watch, 'blinking', nowMs) : watch, null];
    case 'unmuted':
      if (watch.phase === 'blinking') return [enter(watch, 'fine', nowMs), null];
      return [watch.phase === 'muted' || watch.phase === 'stuck' ? enter(watch, 'trial', nowMs) : watch, null];
    case 'opened': return [opened(watch, event.muted, nowMs), null];
    case 'failed': return [failed(watch, event.refused, nowMs), null];
    // One that was refused is not asked for again and again: the browser might ask the person each time.
    case 'chance': return watch.phase === 'lost' ? open(watch) : [watch, null];
    case 'granted': return isGone(watch) ? open(watch) : [watch, null];
    case 'better': return open(watch);
    case 'tap':
      return troubleOf(watch)?.tap ? [{ ...watch, opening: 'by_tap' }, 'open'] : [watch, null];
    case 'due': return due(watch, event);
  }
}

/** What identifies an input device: a page may know it by an id and by the group of what belongs together. */
export interface Input {
  deviceId: string;
  groupId: string;
}

/**
 * Whether another microphone suits better than the one in use: the chosen one, when it is back, or else the system's
 * default, when that has become another one.
 *
 * The first of `inputs` is the default (W3C Media Capture section 9.2). It is taken only where the browser does not ask.
 */
export function isBetterThere(
  inputs: readonly Input[], used: Partial<Input>, chosen: string | null, granted: boolean,
): boolean {
  if (chosen !== null && chosen !== 'default' && inputs.some(({ deviceId }) => deviceId === chosen)) {
    return used.deviceId !== chosen;
  }
  const first = inputs[0]?.groupId;
  return granted && Boolean(first && used.groupId) && first !== used.groupId;
}
