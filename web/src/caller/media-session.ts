/** The system's own buttons for a call (picture-in-picture, headset, lock screen), where the browser has any. */

import type { Event, State } from './types.ts';

/**
 * Let the buttons work while there is a talk. Whether the microphone is active is not told to the system: some would
 * then mute it themselves.
 */
export function offerControls(state: State, dispatch: (event: Event) => void): void {
  const talk = state.screen === 'talking' || state.screen === 'reconnecting' ? state : null;
  handle('hangup', talk && (() => dispatch({ type: 'end', nowMs: Date.now() })));
  handle('togglemicrophone', talk && (() => dispatch({ type: talk.muted ? 'unmute' : 'mute' })));
}

function handle(action: 'hangup' | 'togglemicrophone', act: MediaSessionActionHandler | null): void {
  try {
    // TypeScript's list of actions is that of the first browsers (W3C Media Session section 5.1 has these too).
    navigator.mediaSession.setActionHandler(action as MediaSessionAction, act);
  } catch {
    // Neither every browser has a media session, nor every media session these buttons.
  }
}
