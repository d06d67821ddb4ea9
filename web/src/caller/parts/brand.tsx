/** The mark, a voice that grows quiet, and the word beside it, both drawn so that they look the same everywhere. */

import { t } from '../text.ts';

/** Five bars, falling. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 36 32" aria-hidden="true" focusable="false">
      <path d="M3 12v8M10.5 3v26M18 8v16M25.5 12v8M33 15v2" />
    </svg>
  );
}

export function Brand() {
  return (
    <div class="brand">
      <Mark />
      <svg class="wordmark" viewBox="0 0 106 40" role="img" aria-label={t.name}>
        <path d="M17 18.5C16 15.5 13.5 14 10.5 14 7 14 4.5 15.8 4.5 18.7c0 6.3 13.5 2.8 13.5 9.5 0 3.2-3 5.3-7 5.3-3.7 0-6.5-1.6-7.5-4.9M36 14a9.75 9.75 0 1 0 .01 0ZM56.5 6v21.5c0 4 2 6 5.5 5.6M51.5 14.5h10.5M73.5 6v21.5c0 4 2 6 5.5 5.6M68.5 14.5h10.5M93 14a9.75 9.75 0 1 0 .01 0Z" />
      </svg>
    </div>
  );
}
