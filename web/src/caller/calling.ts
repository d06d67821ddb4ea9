/**
 * What only they need who look for a call: the page starts without it. A part of its own, fetched in one piece while
 * the person allows the microphone, and there before the queue is entered, so that no match waits for it.
 */

export { loadCall } from '../call/call.ts';
export { Conversation } from './conversation.ts';
export { Preparation } from './preparation.ts';
