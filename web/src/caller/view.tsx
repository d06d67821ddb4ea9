/** The page: one screen per state. */

import type { Signal } from '@preact/signals';
import type { Event, Meters, Prefs, State } from './types.ts';

export interface AppProps {
  state: State;
  meters: Signal<Meters>;
  /** The view writes the person's choices here. */
  prefs: Signal<Prefs>;
  /** Audio inputs; labels are empty until the microphone has been allowed. */
  devices: Signal<MediaDeviceInfo[]>;
  deviceId: Signal<string | null>;
  check: Signal<'off' | 'asking' | 'on'>;
  /** Start or stop the microphone check; while on, it writes `meters.microphone`. */
  onCheck(): void;
  onDevice(id: string): void;
  dispatch(event: Event): void;
}

export function App({ state }: AppProps) {
  return <main data-state={state.screen} />;
}
