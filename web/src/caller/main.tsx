/** Joins the pure machine, the view and the edges. */

import { effect, signal } from '@preact/signals';
import { options, render } from 'preact';

import { defaultPrefs, rememberBots } from './choices.ts';
import { Engine } from './engine.ts';
import { Levels, SILENT } from './levels.ts';
import { offerControls } from './media-session.ts';
import { wakeMeters } from './meter.ts';
import { Microphone, Voided } from './microphone.ts';
import { hasBots } from './service.ts';
import { playTone, prepareTones, rememberSounds, toneFor, wantsSounds } from './sounds.ts';
import { initial, transition } from './state.ts';
import { chosen } from './text/choice.ts';
import { languageFor, speak } from './text/index.ts';
import type { Event, Meters, Prefs, State } from './types.ts';
import { register } from '../sw/register.ts';
import { App } from './view.tsx';

const state = signal<State>(initial);
const meters = signal<Meters>(SILENT);
const prefs = signal<Prefs>(defaultPrefs(navigator.languages));
const bots = signal(true);
const devices = signal<MediaDeviceInfo[]>([]);
const deviceId = signal<string | null>(null);
const sounds = signal(wantsSounds());
const check = signal<'off' | 'asking' | 'on'>('off');

const microphone = new Microphone();
const levels = new Levels(meters);
const engine = new Engine({
  dispatch, prefs: () => prefs.value, deviceId: () => deviceId.value, microphone, levels,
});

function dispatch(event: Event): void {
  const [next, effects] = transition(state.value, event);
  const tone = sounds.value ? toneFor(state.value, next) : null;
  state.value = next;
  if (tone) playTone(tone);
  if (next.screen !== 'start') check.value = 'off';
  for (const effect of effects) engine.perform(effect);
  if (!effects.some(({ type }) => type === 'begin')) return;
  void listDevices();
  if (sounds.value) prepareTones();
}

/** The browser tells labels, and most of the devices, only to pages that may use the microphone. */
async function listDevices(): Promise<void> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  devices.value = all.filter(({ kind, deviceId: id }) => kind === 'audioinput' && id !== '');
}

function endCheck(): void {
  check.value = 'off';
  levels.hearMicrophone(null);
  microphone.close();
}

async function onCheck(): Promise<void> {
  if (check.value !== 'off') return endCheck();
  check.value = 'asking';
  wakeMeters();
  await openMicrophone(deviceId.value);
  if (microphone.track && check.value === 'asking') check.value = 'on';
}

async function openMicrophone(id: string | null): Promise<void> {
  try {
    microphone.onEvent = (type) => { if (type === 'ended') endCheck(); };
    const track = await microphone.open(id);
    levels.hearMicrophone(track);
    await listDevices();
  } catch (error) {
    // Whoever has chosen another one, stopped or tapped Connect meanwhile waits for this one no more.
    if (!(error instanceof Voided)) engine.fail(error);
  }
}

async function onDevice(id: string): Promise<void> {
  deviceId.value = id;
  if (microphone.track) await openMicrophone(id);
}

void hasBots().then((has) => { bots.value = has; });
effect(() => rememberSounds(sounds.value));
effect(() => rememberBots(prefs.value.bots));
effect(() => offerControls(state.value, dispatch));

// Whoever leaves the page leaves the queue at once; a page that comes back from the cache begins anew.
window.addEventListener('pagehide', () => {
  check.value = 'off';
  engine.stop();
});
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted && state.value.screen !== 'rules') state.value = { screen: 'start' };
});
if ('mediaDevices' in navigator) navigator.mediaDevices.addEventListener('devicechange', () => void listDevices());

function Page() {
  return (
    <App
      state={state.value} meters={meters} prefs={prefs} bots={bots} devices={devices} deviceId={deviceId} check={check}
      sounds={sounds}
      onCheck={() => void onCheck()} onDevice={(id) => void onDevice(id)} dispatch={dispatch}
    />
  );
}

// What is to be seen can wait for what is to be done: at a match the first packet towards the partner.
options.debounceRendering = (draw) => void setTimeout(draw);
const root = document.getElementById('app');
await speak(chosen() ?? languageFor(navigator.languages));
if (root) render(<Page />, root);
register();
