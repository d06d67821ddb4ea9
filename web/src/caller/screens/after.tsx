/** After a call, or instead of one: what happened, and what can be done now. */

import { useState } from 'preact/hooks';
import { endedWords } from '../announce.ts';
import { clock, lasted } from '../format.ts';
import { Mark } from '../parts/brand.tsx';
import { useNow } from '../parts/clock.ts';
import { Button, Frame } from '../parts/frame.tsx';
import { Icon } from '../parts/icon.tsx';
import type { On } from '../state.ts';
import { language, t } from '../text/index.ts';
import type { Event } from '../types.ts';

interface Props<S extends 'ended' | 'error'> {
  state: On<S>;
  dispatch(event: Event): void;
}

export function Ended({ state, dispatch }: Props<'ended'>) {
  const [title, line] = endedWords(state);
  return (
    <Frame
      title={title} scene={<div class="emblem hushed"><Mark /></div>}
      actions={<>
        <Button label={t.next} kind="primary" onClick={() => dispatch({ type: 'next' })} />
        <Button label={t.home} onClick={() => dispatch({ type: 'home' })} />
      </>}
    >
      <p class="lead">{line}</p>
      <p>{state.talkedS > 0 && `${t.ended.talked(lasted(language(), state.talkedS))} `}{t.ended.nothingKept}</p>
    </Frame>
  );
}

export function Failure({ state, dispatch }: Props<'error'>) {
  const [sinceMs] = useState(() => Date.now());
  const leftS = Math.ceil((state.retryAfterS ?? 0) - (useNow() - sinceMs) / 1000);
  const { title, what, next } = t.error.codes[state.code];
  return (
    <Frame
      title={title} scene={<div class="emblem hushed"><Icon name="info" /></div>}
      actions={<>
        {state.code !== 'unsupported' && (
          <Button label={t.connect} kind="primary" disabled={leftS > 0} onClick={() => dispatch({ type: 'connect' })} />
        )}
        {leftS > 0 && <p class="soft">{t.error.wait(clock(leftS))}</p>}
        <Button label={t.home} onClick={() => dispatch({ type: 'home' })} />
      </>}
    >
      <p class="lead">{what}</p>
      <p>{next}</p>
    </Frame>
  );
}
