/** Compare: opens the call's safety words. What is shown comes later than the page, with the first call. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { language, t } from '../text/index.ts';
import type { SafetyWords } from '../types.ts';
import type { PanelProps } from './comparison.tsx';
import { Banner, Button } from './frame.tsx';

async function load() {
  const { Comparison, SAFETY_TEXT } = await import('./comparison.tsx');
  return { Comparison, text: await SAFETY_TEXT[language()]() };
}

export interface Comparing {
  /** What was fetched, or that it could not be; null: closed. */
  shown: Awaited<ReturnType<typeof load>> | 'missing' | null;
  toggle(): void;
  close(): void;
}

/** The state of Compare, which its button and its panel share. */
export function useComparing(): Comparing {
  const [shown, show] = useState<Comparing['shown']>(null);
  const spoken = language();
  const open = (): void => void load().then(show, () => show('missing'));
  useEffect(() => {
    if (shown) open();
  }, [spoken]);
  return { shown, toggle: shown ? () => show(null) : open, close: () => show(null) };
}

export function CompareButton({ comparing }: { comparing: Comparing }) {
  const place = useRef<HTMLDivElement>(null);
  const open = comparing.shown !== null;
  const opened = useRef(false);
  useEffect(() => {
    // Here already when it is asked for; whoever cannot have it now is told then.
    void load().catch(() => undefined);
  }, []);
  useEffect(() => {
    // The panel takes the focus when it opens and gives it back when it closes.
    if (opened.current && !open) place.current?.querySelector('button')?.focus();
    opened.current = open;
  }, [open]);
  return (
    <div ref={place}>
      <Button label={t.talking.compare} kind="quiet" icon="shield" expanded={open} onClick={comparing.toggle} />
    </div>
  );
}

interface Props extends Pick<PanelProps, 'onEnd'> {
  comparing: Comparing;
  words: SafetyWords | null;
}

export function ComparePanel({ comparing: { shown, close }, words, onEnd }: Props) {
  if (shown === null) return null;
  // It answers a press, and no state of the page knows of it: it speaks for itself.
  if (shown === 'missing') return <div role="alert"><Banner>{t.talking.offline}</Banner></div>;
  return <shown.Comparison text={shown.text} words={words} onEnd={onEnd} onClose={close} />;
}
