/** A yes or no before a call. */

import { Icon } from './icon.tsx';

interface Props {
  legend: string;
  hint: string;
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
}

export function Choice({ legend, hint, label, checked, onChange }: Props) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <p class="soft">{hint}</p>
      <div class="chips">
        <label class="chip choice">
          <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
          <Icon name="check" />
          {label}
        </label>
      </div>
    </fieldset>
  );
}
