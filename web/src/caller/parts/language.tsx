/** In which language the page speaks: quiet, in the corner, each language by its own name. */

import { remember } from '../text/choice.ts';
import { SPOKEN, language, speak, speaks, t } from '../text/index.ts';
import { Icon } from './icon.tsx';

async function change(select: HTMLSelectElement): Promise<void> {
  const tag = select.value;
  if (speaks(tag) && await speak(tag)) remember(tag);
  // Where the words could not be had, what is shown is what is spoken.
  select.value = language();
}

export function LanguagePicker() {
  return (
    <span class="language">
      <Icon name="globe" />
      <span aria-hidden="true">{SPOKEN[language()]}</span>
      <select
        aria-label={t.language} value={language()}
        onChange={({ currentTarget }) => void change(currentTarget)}
      >
        {Object.entries(SPOKEN).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
      </select>
    </span>
  );
}
