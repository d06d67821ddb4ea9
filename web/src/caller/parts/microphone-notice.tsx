/** What is wrong with the person's own microphone, and the tap that helps where only a gesture does. */

import { t } from '../text/index.ts';
import type { Event, MicrophoneTrouble } from '../types.ts';
import { Banner, Button } from './frame.tsx';

interface Props {
  trouble: MicrophoneTrouble | null;
  dispatch(event: Event): void;
}

export function MicrophoneNotice({ trouble, dispatch }: Props) {
  if (!trouble) return null;
  const banner = <Banner icon="muted">{t.microphone[trouble.kind]}</Banner>;
  if (!trouble.tap) return banner;
  return (
    <div class="play">
      {banner}
      <Button
        label={t.microphone.resume} kind="primary" icon="microphone" onClick={() => dispatch({ type: 'resume' })}
      />
    </div>
  );
}
