/** The page: one screen per state, one live region, one heading that takes the focus when nothing else has it. */

import type { Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announcement, title } from './announce.ts';
import { Brand } from './parts/brand.tsx';
import { LanguagePicker } from './parts/language.tsx';
import { useSettle } from './parts/settle.ts';
import { Ended, Failure } from './screens/after.tsx';
import { Asking, Connecting, Waiting } from './screens/queue.tsx';
import { Rules } from './screens/rules.tsx';
import { Start } from './screens/start.tsx';
import { Talking } from './screens/talking.tsx';
import './style/page.css';
import { language } from './text/index.ts';
import type { Event, Meters, Prefs, State } from './types.ts';

export interface AppProps {
  state: State;
  meters: Signal<Meters>;
  /** The view writes the person's choices here. */
  prefs: Signal<Prefs>;
  /** Whether this service has bots to offer. */
  bots: Signal<boolean>;
  /** Audio inputs; labels are empty until the microphone has been allowed. */
  devices: Signal<MediaDeviceInfo[]>;
  deviceId: Signal<string | null>;
  check: Signal<'off' | 'asking' | 'on'>;
  /** Whether tones are played on match and end. */
  sounds: Signal<boolean>;
  /** Start or stop the microphone check; while on, it writes `meters.microphone`. */
  onCheck(): void;
  onDevice(id: string): void;
  dispatch(event: Event): void;
}

function screenOf(props: AppProps) {
  const { state, meters, dispatch } = props;
  switch (state.screen) {
    case 'rules': return <Rules dispatch={dispatch} />;
    case 'start': return <Start {...props} />;
    case 'asking': return <Asking state={state} dispatch={dispatch} />;
    case 'waiting': return <Waiting state={state} dispatch={dispatch} />;
    case 'connecting': return <Connecting state={state} dispatch={dispatch} />;
    case 'talking':
    case 'reconnecting': return <Talking state={state} meters={meters} dispatch={dispatch} />;
    case 'ended': return <Ended state={state} dispatch={dispatch} />;
    case 'error': return <Failure state={state} dispatch={dispatch} />;
  }
}

/** A short break in a call is the same screen: whoever is on a button stays there. */
const place = (state: State) => (state.screen === 'reconnecting' ? 'talking' : state.screen);

/** The sentence for the live region. It starts empty: readers only speak what changes. A new language says it all. */
function useAnnouncement(state: State): string {
  const [said, say] = useState('');
  const before = useRef<{ state: State; language: string } | null>(null);
  useEffect(() => {
    const last = before.current?.language === language() ? before.current.state : null;
    const sentence = announcement(last, state);
    before.current = { state, language: language() };
    if (sentence !== null) say(sentence);
  }, [state, language()]);
  return said;
}

export function App(props: AppProps) {
  const { state } = props;
  const main = useRef<HTMLElement>(null);
  const shown = useRef(place(state));
  const said = useAnnouncement(state);
  const focused = main.current?.contains(document.activeElement) ?? false;
  useSettle(main, place(state));

  useEffect(() => {
    document.documentElement.lang = language();
    document.title = title(state);
  }, [state, language()]);
  useEffect(() => {
    const moved = shown.current !== place(state);
    // Within a screen, what the keyboard was on may have gone: an offer that was answered, or that nobody makes any more.
    const lost = focused && document.activeElement === document.body;
    shown.current = place(state);
    if (moved) window.scrollTo(0, 0);
    if (moved || lost) main.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [state]);

  return (
    <>
      <header>
        <Brand />
        {(state.screen === 'rules' || state.screen === 'start') && <LanguagePicker />}
      </header>
      <main ref={main} data-state={state.screen}>{screenOf(props)}</main>
      <p class="unseen" role="status" aria-live="polite">{said}</p>
    </>
  );
}
