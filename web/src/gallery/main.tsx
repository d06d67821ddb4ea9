/** Every screen with a sample state, for the tests and for whoever works on them: `/?talking`. Not in the product. */

import { signal } from '@preact/signals';
import { render } from 'preact';
import { transition } from '../caller/state.ts';
import { languageFor, speak } from '../caller/text/index.ts';
import type { Event, Meters, Prefs, State } from '../caller/types.ts';
import { App } from '../caller/view.tsx';
import { samples } from './samples.ts';

const all = samples(Date.now());
const name = location.search.slice(1).replace(/-check$/, '') || 'rules';
const state = signal<State>(all[name] ?? { screen: 'rules' });
const meters = signal<Meters>({ microphone: 0.35, partner: 0.55, quality: 3 });
const prefs = signal<Prefs>({ languages: ['en', 'de'], interests: ['music', 'travel'], bots: true });
const bots = signal(true);
const devices = signal<MediaDeviceInfo[]>([
  { deviceId: 'a', groupId: '', kind: 'audioinput', label: 'Headset microphone', toJSON: () => ({}) },
]);
const deviceId = signal<string | null>('a');
const sounds = signal(true);
const check = signal<'off' | 'asking' | 'on'>(location.search.endsWith('-check') ? 'on' : 'off');

/** For the tests: every name, and a way to play the edges. */
Object.assign(globalThis, { gallery: { names: Object.keys(all), dispatch } });

function dispatch(event: Event) {
  state.value = transition(state.value, event)[0];
}

function Gallery() {
  return (
    <App
      state={state.value} meters={meters} prefs={prefs} bots={bots} devices={devices} deviceId={deviceId} check={check}
      sounds={sounds}
      onCheck={() => { check.value = check.value === 'off' ? 'on' : 'off'; }}
      onDevice={(id) => { deviceId.value = id; }}
      dispatch={dispatch}
    />
  );
}

const root = document.getElementById('app');
await speak(languageFor(navigator.languages));
if (root) render(<Gallery />, root);
