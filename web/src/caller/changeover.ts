/** From a bot to a person: a connection made beside the running call, and the bot's last words. */

import type { Description } from '../call/parameters.ts';
import type { Conversation } from './conversation.ts';
import type { Playback } from './playback.ts';
import type { Preparation } from './preparation.ts';
import type { Surroundings } from './surroundings.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

/** How long a bot may be heard after its caller has found a person, unless that one is heard before. */
const GOODBYE_MS = 2000;

interface Means extends Pick<Surroundings, 'dispatch'> {
  playback: Pick<Playback, 'beside' | 'hush'>;
  send(message: ClientMessage): boolean;
  /** A preparation that reports here, by `ready`, until it is taken. */
  prepare(): Preparation | null;
}

interface Next {
  callId: string;
  preparation: Preparation;
  description: Description | null;
  asked: boolean;
}

export class Changeover {
  private readonly means: Means;
  private next: Next | null = null;
  private leaving: Conversation | null = null;

  constructor(means: Means) {
    this.means = means;
  }

  /** The server says whether a person is free; the page does once there is a connection for them. */
  hear(person: ServerMessage & { type: 'person' }): void {
    const { call_id: callId, free, ice_servers: servers = [], describe = false } = person;
    // It is told again on another socket: what was asked for on the one before may never have been heard.
    const asked = this.next?.callId === callId && this.next.asked;
    this.drop();
    if (!free) return this.takeBack(callId);
    const preparation = this.means.prepare();
    if (!preparation) return this.decline(callId);
    this.next = { callId, preparation, description: null, asked };
    void preparation.renew(servers, describe).catch(() => {
      // Where no relay answers there is no connection, and nobody to be asked for.
      if (this.next?.preparation === preparation) this.decline(callId);
    });
  }

  /** The connection stands; again whenever another one has replaced it. Who was asked for is asked for by this one. */
  ready(made: Preparation, description: Description | null): void {
    const { next } = this;
    if (next?.preparation !== made) return;
    next.description = description;
    if (next.asked) this.ask();
    else this.means.dispatch({ type: 'person', callId: next.callId, free: true });
  }

  /** Ask for the person; without a socket, as soon as there is one, where the server says that they are still free. */
  ask(): void {
    const { next } = this;
    if (!next) return;
    next.asked = true;
    const { callId, description } = next;
    this.means.send({ type: 'switch', call_id: callId, ...(description && { description }) });
  }

  stay(): void {
    if (this.next) this.means.send({ type: 'stay', call_id: this.next.callId });
    this.drop();
  }

  /** The person was found, if one was asked for: give the connection, and let the bot be heard for a moment more. */
  take(bot: Conversation | null): Preparation | null {
    const { next } = this;
    if (!bot || !next?.asked) return null;
    this.next = null;
    this.leaving = bot;
    bot.retire();
    this.means.playback.beside();
    setTimeout(() => { if (this.leaving === bot) this.endLeaving(); }, GOODBYE_MS);
    return next.preparation;
  }

  /** The person is heard, or it has lasted long enough. */
  endLeaving(): void {
    this.leaving?.call.close();
    this.leaving = null;
    this.means.playback.hush();
  }

  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    await Promise.all([
      this.next?.preparation.replaceMicrophone(track), this.leaving?.call.replaceMicrophone(track),
    ]);
  }

  /** The call that it is about is over. */
  close(): void {
    this.drop();
    this.endLeaving();
  }

  /** The bot is not to speak of a person whom the page cannot offer. */
  private decline(callId: string): void {
    this.means.send({ type: 'stay', call_id: callId });
    this.takeBack(callId);
  }

  private takeBack(callId: string): void {
    this.drop();
    this.means.dispatch({ type: 'person', callId, free: false });
  }

  private drop(): void {
    this.next?.preparation.close();
    this.next = null;
  }
}
