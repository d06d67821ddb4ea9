/** The safety words to be read aloud, and what to do when they differ. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { EMOJI } from '../text/safety/emoji.ts';
import type { SafetyText } from '../text/safety/index.ts';
import type { SafetyWords } from '../types.ts';
import { drawable } from './drawable.ts';
import { Button } from './frame.tsx';
import { useSettle } from './settle.ts';

export { SAFETY_TEXT } from '../text/safety/index.ts';

export interface PanelProps {
  text: SafetyText;
  /** null: this call has none, or not yet. */
  words: SafetyWords | null;
  onEnd(): void;
  onClose(): void;
}

function Words({ text, words }: { text: SafetyText; words: SafetyWords }) {
  // The names alone do as well; some pictures and some boxes would not.
  const pictured = words.every((word) => drawable(EMOJI[word]!));
  return (
    // Safari's reader takes a list without marks for none, unless it is told.
    <ol class="emoji" role="list">
      {words.map((word, place) => (
        <li key={place}>
          {pictured && <span aria-hidden="true">{EMOJI[word]}</span>}
          {text.names[word]}
        </li>
      ))}
    </ol>
  );
}

export function Comparison({ text, words, onEnd, onClose }: PanelProps) {
  const [differ, setDiffer] = useState(false);
  // Only words that come under the reader's eyes are told; all else the focus leads to.
  const [late, setLate] = useState(!words);
  const panel = useRef<HTMLElement>(null);
  useSettle(panel, differ);
  const turn = (): void => {
    setDiffer(true);
    setLate(false);
  };
  useEffect(() => {
    // Readers begin at the heading, on opening and on each turn.
    panel.current?.querySelector('h2')?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [differ]);
  return (
    <section
      ref={panel} class="comparison" aria-labelledby="comparison-title"
      onKeyDown={(event) => { if (event.key === 'Escape') onClose(); }}
    >
      <h2 id="comparison-title" tabIndex={-1}>{differ ? text.differTitle : text.title}</h2>
      <div class="told" aria-live={late ? 'polite' : undefined}>
        <p>{differ ? text.differLine : words ? text.how : text.missing}</p>
        {words && <Words text={text} words={words} />}
      </div>
      {words && !differ && <p class="soft">{text.proves}</p>}
      <div class="choices">
        {differ
          ? <>
            <Button label={text.end} kind="danger" onClick={onEnd} />
            <Button label={text.again} onClick={() => setDiffer(false)} />
          </>
          : <>
            {words && <Button label={text.differ} onClick={turn} />}
            <Button label={text.close} onClick={onClose} />
          </>}
      </div>
    </section>
  );
}
