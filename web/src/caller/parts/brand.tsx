/** The mark, a voice that grows quiet, and the word beside it, both drawn so that they look the same everywhere. */

import { t } from '../text/index.ts';
import { MARK, WORDMARK } from './drawing.ts';

export function Mark() {
  return <svg class="mark" viewBox={MARK.box} aria-hidden="true" focusable="false"><path d={MARK.path} /></svg>;
}

export function Brand() {
  return (
    <div class="brand">
      <Mark />
      <svg class="wordmark" viewBox={WORDMARK.box} role="img" aria-label={t.name}><path d={WORDMARK.path} /></svg>
    </div>
  );
}
