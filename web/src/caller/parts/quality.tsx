/** The line's quality as four bars and as words. */

import type { Signal } from '@preact/signals';
import { useComputed } from '@preact/signals';
import { t } from '../text/index.ts';
import type { Meters } from '../types.ts';

export function Quality({ meters }: { meters: Signal<Meters> }) {
  const quality = useComputed(() => meters.value.quality).value;
  return (
    <p class="quality">
      <span class="strength" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => <span key={bar} class={bar <= (quality ?? 0) ? 'full' : ''} />)}
      </span>
      {t.talking.quality[quality ?? 'unknown']}
    </p>
  );
}
