/** What the live region and the window's title say about a state. Pure. */

import { t } from './text/index.ts';
import type { Call, Person, State } from './types.ts';

/** The screen's heading, and so the title's first part. */
export function heading(state: State): string {
  switch (state.screen) {
    case 'rules': return t.rules.title;
    case 'start': return t.start.title;
    case 'asking': return t.asking.title;
    case 'waiting': return t.waiting.title;
    case 'connecting': return state.partner === 'bot' ? t.bots.title : t.connecting.title;
    case 'talking': return t.talking.title;
    case 'reconnecting': return t.talking.reconnecting;
    case 'ended': return endedWords(state)[0];
    case 'error': return t.error.codes[state.code].title;
  }
}

export const notice = (kind: 'partner_lost' | 'bot_lost' | 'failed'): string =>
  (kind === 'bot_lost' ? t.bots.lost : t.waiting.notice[kind]);

export function endedWords(state: State & { screen: 'ended' }): readonly [string, string] {
  if (state.partner === 'bot' && state.reason === 'partner_left') return t.bots.ended;
  return state.blocked ? t.ended.blocked : t.ended.reasons[state.reason];
}

/** What the page says about a bot before its first word. */
export const disclosure = ({ speechBy }: Call): string =>
  joined(`${t.bots.badge}.`, t.bots.means, speechLine(speechBy));

export const speechLine = (by: string | null): string => (by === null ? t.bots.here : t.bots.by(by));

export const reconnectingLine = ({ partner }: Call): string =>
  (partner === 'bot' ? t.bots : t.talking).reconnectingLine;

export const title = (state: State): string => `${heading(state)} · ${t.name}`;

const joined = (...sentences: unknown[]): string => sentences.filter(Boolean).join(' ');

function entered(state: State): string {
  switch (state.screen) {
    case 'asking': return state.again ? t.asking.lineAgain : t.asking.line;
    case 'waiting':
      return joined(state.notice && notice(state.notice), state.position && t.said.place(state.position),
        state.hitch && t.waiting.hitch[state.hitch]);
    case 'connecting': return state.partner === 'bot' ? disclosure(state) : t.connecting.line;
    case 'talking':
      return joined(state.partner === 'bot' && `${t.bots.badge}.`, state.playbackBlocked && `${t.talking.play}.`,
        state.microphone && t.microphone[state.microphone.kind]);
    case 'reconnecting': return reconnectingLine(state);
    case 'ended': return endedWords(state)[1];
    case 'error': return `${t.error.codes[state.code].what} ${t.error.codes[state.code].next}`;
    default: return '';
  }
}

/** How the person's own microphone fares, for all screens where there is one. */
function changedMicrophone(before: State, now: State): string | null {
  if (!('microphone' in before) || !('microphone' in now)) return null;
  const [was, is] = [before.microphone, now.microphone];
  if (!is) return was && t.said.microphoneBack;
  if (was?.kind === is.kind && (was.tap || !is.tap)) return null;
  // In full: the tap is mostly offered before the first half has been spoken.
  return joined(t.microphone[is.kind], is.tap && `${t.microphone.resume}.`);
}

type Pair<S extends State['screen']> = [State & { screen: S }, State & { screen: S }];

function changedInTalk([before, now]: Pair<'talking' | 'reconnecting'>): string | null {
  if (before.muted !== now.muted) return now.muted ? t.said.muted : t.said.unmuted;
  if (before.partnerMuted !== now.partnerMuted) return now.partnerMuted ? t.said.partnerMuted : t.said.partnerUnmuted;
  if (now.playbackBlocked && !before.playbackBlocked) return `${t.talking.playHint} ${t.talking.play}.`;
  if (now.endsSoon && !before.endsSoon) return t.said.endsSoon;
  if (before.offline !== now.offline) return now.offline ? t.talking.offline : t.said.online;
  return before.person !== now.person ? saidOfPerson(now.person) : null;
}

function saidOfPerson(person: Person): string | null {
  switch (person) {
    case 'here': return `${t.bots.person} ${t.bots.personLine}`;
    case 'asked': return t.bots.changing;
    case 'missed': return t.bots.missed;
    case 'none': return null;
  }
}

function changedInQueue([before, now]: Pair<'waiting'>): string | null {
  if (before.offline !== now.offline) return now.offline ? t.waiting.offline : t.said.online;
  if (now.hitch && before.hitch !== now.hitch) return t.waiting.hitch[now.hitch];
  return now.position !== null && before.position !== now.position ? t.said.place(now.position) : null;
}

function changedOnTheWay([before, now]: Pair<'asking' | 'connecting'>): string | null {
  if (before.offline !== now.offline) return now.offline ? t.connecting.offline : t.said.online;
  if (before.screen !== 'connecting' || now.screen !== 'connecting' || before.stage === now.stage) return null;
  return `${t.connecting.stages[now.stage]}.`;
}

/**
 * The one sentence to say when `before` became `now`, or null when nothing worth hearing changed.
 *
 * A new screen is said in full; within a screen only the change is.
 */
export function announcement(before: State | null, now: State): string | null {
  if (before?.screen === 'reconnecting' && now.screen === 'talking') return t.said.recovered;
  if (before?.screen !== now.screen) {
    const more = entered(now);
    return `${heading(now)}. ${more}`.trim();
  }
  const microphone = before && changedMicrophone(before, now);
  if (microphone) return microphone;
  if (now.screen === 'talking' || now.screen === 'reconnecting') {
    return changedInTalk([before, now] as Pair<'talking' | 'reconnecting'>);
  }
  if (now.screen === 'waiting') return changedInQueue([before, now] as Pair<'waiting'>);
  if (now.screen === 'asking' || now.screen === 'connecting') {
    return changedOnTheWay([before, now] as Pair<'asking' | 'connecting'>);
  }
  return null;
}
