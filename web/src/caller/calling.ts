/**
 * What only they need who look for a call: the page starts without it. A part of its own, fetched in one piece while
 * the person allows the microphone, and there before the queue is entered, so that no match waits for it.
 */

import { loadRealtime } from '../call/channel.ts';
import { loadVerification } from '../call/safety.ts';

export { loadRealtime };
export { Conversation } from './conversation.ts';
export { Preparation } from './preparation.ts';

// What a call takes besides comes meanwhile; whoever asks for it later gets this, or tries again.
void Promise.allSettled([loadRealtime(), loadVerification()]);
