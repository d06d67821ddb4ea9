/** Whether tones are played. */

import type { Signal } from '@preact/signals';
import { t } from '../text/index.ts';
import { Icon } from './icon.tsx';

export function SoundsSwitch({ sounds }: { sounds: Signal<boolean> }) {
  return (
    <fieldset>
      <legend>{t.start.sounds}</legend>
      <p class="soft">{t.start.soundsHint}</p>
      <div class="chips">
        <label class="chip choice">
          <input
            type="checkbox" checked={sounds.value}
            onChange={({ currentTarget }) => { sounds.value = currentTarget.checked; }}
          />
          <Icon name="check" />
          {t.start.soundsOn}
        </label>
      </div>
    </fieldset>
  );
}
