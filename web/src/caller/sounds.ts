/** When a soft tone sounds: as a call begins and as it ends. It goes to the person's own ears only. */

import { keep, kept } from './kept.ts';
import type { State } from './types.ts';

export type Tone = 'match' | 'end';

/** The tone for a step from one state to the next, if any: for calls that come and go, not for one's own way on. */
export function toneFor(before: State, now: State): Tone | null {
  if (before.screen === now.screen) return null;
  if (now.screen === 'connecting') return 'match';
  const talked = before.screen === 'talking' || before.screen === 'reconnecting';
  return talked && (now.screen === 'ended' || now.screen === 'waiting' || now.screen === 'error') ? 'end' : null;
}

/** Whether the person wants tones; they do, unless they have said no on this device. */
export const wantsSounds = (): boolean => kept('sounds') !== 'off';

/** Remember a no; a yes leaves nothing behind. */
export const rememberSounds = (wanted: boolean): void => keep('sounds', wanted ? null : 'off');

/** What plays the tones: not there when the page starts, but well before the first of them. */
const player = () => import('./tones.ts').catch(() => null);

export const prepareTones = (): void => void player();

export const playTone = (tone: Tone): void => void player().then((tones) => tones?.playTone(tone));
