/** What the engine works with and speaks to. */

import type { Levels } from './levels.ts';
import type { Microphone } from './microphone.ts';
import type { Event, Prefs } from './types.ts';

export interface Surroundings {
  dispatch(event: Event): void;
  prefs(): Prefs;
  deviceId(): string | null;
  microphone: Microphone;
  levels: Levels;
}
