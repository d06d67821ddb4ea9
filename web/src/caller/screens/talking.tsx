/** The call, whole or for a moment out of reach. */

import { useComputed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { heading, reconnectingLine } from '../announce.ts';
import { clock } from '../format.ts';
import { useNow } from '../parts/clock.ts';
import { CompareButton, ComparePanel, useComparing } from '../parts/compare.tsx';
import { Disclosure } from '../parts/disclosure.tsx';
import { Banner, Button, Frame } from '../parts/frame.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Level } from '../parts/level.tsx';
import { MicrophoneNotice } from '../parts/microphone-notice.tsx';
import { PersonOffer } from '../parts/person.tsx';
import { Quality } from '../parts/quality.tsx';
import { useSettle } from '../parts/settle.ts';
import type { On } from '../state.ts';
import { t } from '../text/index.ts';
import type { AppProps } from '../view.tsx';

type Props = Pick<AppProps, 'meters' | 'dispatch'> & { state: On<'talking' | 'reconnecting'> };

function Voices({ state, meters }: Pick<Props, 'state' | 'meters'>) {
  const partner = useComputed(() => meters.value.partner);
  const microphone = useComputed(() => meters.value.microphone);
  const bot = state.partner === 'bot';
  return (
    <div class={`voices${state.screen === 'reconnecting' ? ' faint' : ''}`}>
      <div class="orb voice">
        <Level label={t.partnerLevel} level={partner} muted={state.partnerMuted} />
        <p>{bot ? t.bot : t.partner}{state.partnerMuted && <Muted />}</p>
      </div>
      <div class="own">
        <p>{t.you}{state.muted && <Muted />}</p>
        <Level label={t.yourLevel} level={microphone} muted={state.muted} small />
      </div>
    </div>
  );
}

function Muted() {
  return <span class="badge"><Icon name="muted" />{t.muted}</span>;
}

function Round({ label, icon, onClick, kind = '' }: { label: string; icon: IconName; onClick(): void; kind?: string }) {
  return (
    <button type="button" class={`round ${kind}`} onClick={onClick}>
      <span class="disc"><Icon name={icon} /></span>
      {label}
    </button>
  );
}

function Block({ dispatch }: Pick<Props, 'dispatch'>) {
  const [asking, setAsking] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const asked = useRef(false);
  useSettle(place, asking);
  useEffect(() => {
    // Into the question when it opens, back to where it came from when it closes; not when the screen opens.
    if (asking || asked.current) place.current?.querySelector('button')?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return <div ref={place}><Button label={t.block} kind="quiet" icon="block" onClick={() => setAsking(true)} /></div>;
  }
  return (
    <div
      ref={place} class="question" role="group" aria-labelledby="block-title" aria-describedby="block-line"
      onKeyDown={(event) => { if (event.key === 'Escape') setAsking(false); }}
    >
      <h2 id="block-title">{t.talking.blockTitle}</h2>
      <p id="block-line">{t.talking.blockLine}</p>
      <Button
        label={t.talking.blockConfirm} kind="danger" onClick={() => dispatch({ type: 'block', nowMs: Date.now() })}
      />
      <Button label={t.talking.blockCancel} onClick={() => setAsking(false)} />
    </div>
  );
}

export function Talking({ state, meters, dispatch }: Props) {
  const now = useNow();
  const comparing = useComparing();
  return (
    <Frame live
      quiet title={heading(state)}
      scene={<Voices state={state} meters={meters} />}
      actions={<>
        {state.partner === 'bot' && <PersonOffer person={state.person} dispatch={dispatch} />}
        <div class="controls" role="group" aria-label={t.talking.controls}>
          <Round
            label={state.muted ? t.unmute : t.mute} icon={state.muted ? 'muted' : 'microphone'}
            kind={state.muted ? 'on' : ''} onClick={() => dispatch({ type: state.muted ? 'unmute' : 'mute' })}
          />
          <Round label={t.next} icon="next" kind="accent" onClick={() => dispatch({ type: 'next' })} />
          <Round label={t.end} icon="end" kind="danger" onClick={() => dispatch({ type: 'end', nowMs: Date.now() })} />
        </div>
        <div class="asides">
          {state.partner === 'human' && <CompareButton comparing={comparing} />}
          {state.partner === 'human' && <Block dispatch={dispatch} />}
        </div>
      </>}
    >
      <div class="facts">
        <p class="timer"><span class="unseen">{t.talking.time} </span>{clock((now - state.sinceMs) / 1000)}</p>
        <Quality meters={meters} />
      </div>
      {state.partner === 'bot' && <Disclosure call={state} brief={state.person === 'here'} />}
      {state.screen === 'reconnecting' && <p class="lead">{reconnectingLine(state)}</p>}
      {state.playbackBlocked && (
        <div class="play">
          <Button label={t.talking.play} kind="primary" icon="sound" onClick={() => dispatch({ type: 'play' })} />
          <p class="soft">{t.talking.playHint}</p>
        </div>
      )}
      <MicrophoneNotice trouble={state.microphone} dispatch={dispatch} />
      {state.endsSoon && <Banner>{t.talking.endsSoon(clock((state.endsMs - now) / 1000))}</Banner>}
      {state.offline && <Banner>{t.talking.offline}</Banner>}
      <ComparePanel
        comparing={comparing} words={state.safetyWords} onEnd={() => dispatch({ type: 'end', nowMs: Date.now() })}
      />
    </Frame>
  );
}
