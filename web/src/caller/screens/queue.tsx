/** From the tap on Connect to the first sound: asking, waiting, connecting. Never silently: each says what goes on. */

import { heading, notice } from '../announce.ts';
import { clock } from '../format.ts';
import { useNow } from '../parts/clock.ts';
import { Banner, Button, Frame } from '../parts/frame.tsx';
import { Disclosure } from '../parts/disclosure.tsx';
import { Icon } from '../parts/icon.tsx';
import { Mark } from '../parts/brand.tsx';
import { MicrophoneNotice } from '../parts/microphone-notice.tsx';
import type { On } from '../state.ts';
import { t } from '../text/index.ts';
import type { Event, Stage } from '../types.ts';

interface Props<S extends 'asking' | 'waiting' | 'connecting'> {
  state: On<S>;
  dispatch(event: Event): void;
}

function Cancel({ dispatch }: { dispatch(event: Event): void }) {
  return <Button label={t.cancel} onClick={() => dispatch({ type: 'cancel' })} />;
}

export function Asking({ state, dispatch }: Props<'asking'>) {
  return (
    <Frame live
      title={t.asking.title} actions={<Cancel dispatch={dispatch} />}
      scene={<div class="orb"><Icon name="microphone" /></div>}
    >
      {state.offline && <Banner>{t.connecting.offline}</Banner>}
      <MicrophoneNotice trouble={state.microphone} dispatch={dispatch} />
      <p class="lead">{state.again ? t.asking.lineAgain : t.asking.line}</p>
      <p class="soft">{t.asking.detail}</p>
    </Frame>
  );
}

/** How long a tip stays, s. */
const TIP_S = 15;

function expectation({ estimateS, hitch }: Props<'waiting'>['state']): string {
  const wait = estimateS === null ? t.waiting.noEstimate : t.waiting.estimate(estimateS);
  if (!hitch) return wait;
  // Who will have no bot still waits for a person as everybody does.
  const goesOn = hitch === 'people_only' || hitch === 'bot_language';
  return goesOn ? `${t.waiting.hitch[hitch]} ${wait}` : t.waiting.hitch[hitch];
}

export function Waiting({ state, dispatch }: Props<'waiting'>) {
  const elapsed = Math.max(0, (useNow() - state.sinceMs) / 1000);
  const { tips } = t.waiting;
  return (
    <Frame live
      title={t.waiting.title} actions={<Cancel dispatch={dispatch} />}
      scene={
        <div class="orb breathing">
          <p class="timer"><span class="unseen">{t.waiting.elapsed} </span>{clock(elapsed)}</p>
        </div>
      }
    >
      {state.notice && <Banner>{notice(state.notice)}</Banner>}
      {state.offline && <Banner>{t.waiting.offline}</Banner>}
      <MicrophoneNotice trouble={state.microphone} dispatch={dispatch} />
      <p class="lead">{state.position === null ? t.waiting.noPlace : t.waiting.place(state.position)}</p>
      <p>{expectation(state)}</p>
      <p class="tip">{tips[Math.floor(elapsed / TIP_S) % tips.length]}</p>
    </Frame>
  );
}

const STEPS: readonly Stage[] = ['channel', 'parameters', 'ice', 'audio'];

export function Connecting({ state, dispatch }: Props<'connecting'>) {
  const current = STEPS.indexOf(state.stage);
  return (
    <Frame live
      title={heading(state)} actions={<Cancel dispatch={dispatch} />}
      scene={<div class="meeting"><span class="dot" /><Mark /><span class="dot" /></div>}
    >
      {state.offline && <Banner>{t.connecting.offline}</Banner>}
      <MicrophoneNotice trouble={state.microphone} dispatch={dispatch} />
      {state.partner === 'bot' ? <Disclosure call={state} /> : <p class="lead">{t.connecting.line}</p>}
      {state.partner === 'bot' && <p class="soft">{t.bots.rather}</p>}
      <ol class="steps">
        {STEPS.map((stage, index) => (
          <li
            key={stage} class={index < current ? 'done' : index === current ? 'current' : 'ahead'}
            aria-current={index === current ? 'step' : undefined}
          >
            {index < current && <Icon name="check" />}
            {t.connecting.stages[stage]}
            {index < current && <span class="unseen">, {t.connecting.done}</span>}
          </li>
        ))}
      </ol>
    </Frame>
  );
}
