/** What a page that has left its call answers when the service, which did not hear of it, takes it back there. Pure. */

import type { ClientMessage, ServerMessage } from './wire.ts';

export class Farewell {
  private left: string | null = null;
  private blocked: string | null = null;

  /** This call is over for the page, whatever the service was told. */
  leave(callId: string): void {
    this.left = callId;
  }

  /** So is this one, and its partner is blocked. */
  block(callId: string): void {
    this.left = this.blocked = callId;
  }

  /** The call for the next hello to name: its block may not have been heard. */
  get callId(): string | null {
    return this.blocked;
  }

  /** The answer to news of a call that was left; null: the news is about something else. */
  answer(news: ServerMessage): ClientMessage[] | null {
    if (!('call_id' in news)) return null;
    const { type, call_id: callId } = news;
    const next: ClientMessage = { type: 'next', call_id: callId };
    if (callId !== this.blocked) return type === 'matched' && callId === this.left ? [next] : null;
    this.blocked = null;
    return [{ type: 'block', call_id: callId }, next];
  }
}
