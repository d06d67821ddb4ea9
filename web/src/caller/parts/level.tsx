/** A voice as a row of bars. It reads its signal itself, so that a new level redraws nothing else. */

import type { ReadonlySignal } from '@preact/signals';
import { useComputed } from '@preact/signals';

interface LevelProps {
  /** What is measured, for those who cannot see the bars. */
  label: string;
  /** 0 to 1. */
  level: ReadonlySignal<number>;
  /** A muted voice shows flat bars, whatever is measured. */
  muted?: boolean;
  small?: boolean;
}

const BARS = [0, 1, 2, 3, 4, 5, 6];

export function Level({ label, level, muted = false, small = false }: LevelProps) {
  // Ears hear ratios: the root lets a quiet voice show too. Twenty steps are as fine as anybody sees or hears.
  const shown = useComputed(() => Math.round(Math.sqrt(Math.min(1, Math.max(0, level.value))) * 20) / 20);
  const value = muted ? 0 : shown.value;
  return (
    <div
      class={`level${small ? ' level-small' : ''}${muted ? ' level-muted' : ''}`}
      role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(value * 100)}
      style={{ '--level': value }}
    >
      {BARS.map((bar) => <span key={bar} class="bar" />)}
    </div>
  );
}
