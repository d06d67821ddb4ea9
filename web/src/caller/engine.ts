/**
 * Does what the page's state machine asks for, and tells it what happens.
 *
 * A run lasts from `begin` to `stop`: microphone, queue socket, prepared connection and calls live no longer than it.
 */

import { onNetworkChange } from '../call/network.ts';
import type { Description } from '../call/parameters.ts';
import { Changeover } from './changeover.ts';
import type { Conversation } from './conversation.ts';
import { Farewell } from './farewell.ts';
import { Fault } from './fault.ts';
import { wakeMeters } from './meter.ts';
import { MicrophoneGuard } from './microphone-guard.ts';
import { patiently } from './patience.ts';
import { Playback } from './playback.ts';
import type { Preparation } from './preparation.ts';
import { QueueSocket, queueUrl } from './queue.ts';
import { Session } from './session.ts';
import { supported } from './support.ts';
import type { Surroundings } from './surroundings.ts';
import { Tab } from './tab.ts';
import { Wakefulness } from './wakefulness.ts';
import type { Effect } from './types.ts';
import type { IceServer, Matched, ServerMessage } from './wire.ts';

type Calling = typeof import('./calling.ts');

export class Engine {
  private readonly around: Surroundings;
  private readonly session = new Session();
  private readonly playback = new Playback();
  private readonly tab = new Tab();
  private readonly farewell = new Farewell();
  private readonly wakefulness = new Wakefulness();
  private readonly guard: MicrophoneGuard;
  private readonly changeover: Changeover;
  private queue: QueueSocket | null = null;
  private calling: Calling | null = null;
  private client: Promise<unknown> | null = null;
  /** Whether the part of the page that calls could not be had before. */
  private missed = false;
  private preparation: Preparation | null = null;
  private current: Conversation | null = null;
  private steal = false;
  /** Counts runs, so that what was begun in an older one knows that it is late. */
  private run = 0;

  constructor(around: Surroundings) {
    this.around = around;
    this.playback.onBlocked = () => around.dispatch({ type: 'playbackBlocked' });
    this.guard = new MicrophoneGuard(around, {
      send: (track) => this.send(track),
      mute: (chose, shows) => this.current?.call.mute(chose, shows),
      inCall: () => this.current !== null,
    });
    this.changeover = new Changeover({
      dispatch: around.dispatch, playback: this.playback,
      send: (message) => this.queue?.send(message) ?? false,
      prepare: () => this.calling && this.makePreparation(this.calling),
    });
    this.tab.onStolen = () => this.fail(new Fault('superseded'));
    onNetworkChange(() => this.queue?.hurry());
  }

  perform(effect: Effect): void {
    switch (effect.type) {
      case 'begin': return void this.begin();
      case 'stop': return this.stop();
      case 'mute': return this.guard.mute(effect.muted);
      case 'next': return this.next();
      case 'hangup':
      case 'block': return this.finish(effect.type);
      case 'change': return this.changeover.ask();
      case 'stay': return this.changeover.stay();
      case 'play': return this.playback.resume();
      case 'resume':
        this.playback.replay();
        return this.guard.resume();
    }
  }

  /** Leave everything at once. */
  stop(): void {
    this.run++;
    this.steal = false;
    this.endCall();
    this.queue?.close();
    this.queue = null;
    this.preparation?.close();
    this.preparation = null;
    this.guard.stop();
    this.around.levels.hearMicrophone(null);
    this.around.microphone.close();
    this.tab.free();
  }

  /** Another track to send: whoever has the old one gets it. */
  private async send(track: MediaStreamTrack): Promise<void> {
    const takers = [this.preparation, this.changeover, this.current?.call];
    await Promise.all(takers.map((taker) => taker?.replaceMicrophone(track)));
  }

  private async begin(): Promise<void> {
    const run = ++this.run;
    const { microphone, levels, deviceId } = this.around;
    if (!supported()) return this.fail(new Fault('unsupported'));
    // All that needs the person's gesture comes before the first await.
    this.playback.prepare();
    wakeMeters();
    // A check of the microphone is over; until the guard has it, what happens to it shows in the track.
    microphone.onEvent = () => undefined;
    const opening = microphone.settled ?? microphone.open(deviceId());
    const loading = this.load(run, () => import('./calling.ts'));
    const claiming = this.tab.claim(this.steal);
    this.steal = false;
    try {
      const [track, ours, calling] = await Promise.all([opening, claiming, loading]);
      if (run !== this.run) return;
      if (!ours) {
        this.fail(new Fault('other_tab'));
        // Connecting right from that message takes over; the stop that came with it has cleared this.
        this.steal = true;
        return;
      }
      levels.hearMicrophone(track);
      this.open(run, calling);
    } catch (error) {
      if (run === this.run) this.fail(error);
    }
  }

  /** Have a part of the page that calls take: nobody queues before it is there, to be matched in vain. */
  private async load<T>(run: number, part: () => Promise<T>): Promise<T> {
    try {
      return await patiently(part);
    } catch (error) {
      // Some browsers remember that a module could not be fetched for as long as the page is open (WHATWG HTML issue
      // 6768), and of an older build the server has it no more: from the second time on only a new page helps.
      if (this.missed && run === this.run) location.reload();
      this.missed = true;
      throw error;
    }
  }

  private open(run: number, calling: Calling): void {
    const { dispatch, prefs } = this.around;
    this.guard.start();
    this.calling = calling;
    const client = this.load(run, calling.loadRealtime);
    client.catch((error: unknown) => { if (run === this.run) this.fail(error); });
    this.client = client;
    this.preparation = this.makePreparation(calling);
    this.queue = new QueueSocket(queueUrl(), this.session, {
      message: (message) => this.onMessage(message),
      offline: () => dispatch({ type: 'offline' }),
      online: () => dispatch({ type: 'online' }),
      fault: (fault) => this.fail(fault),
      prefs,
      callId: () => this.current?.id ?? this.farewell.callId,
    });
  }

  private makePreparation(calling: Calling): Preparation {
    const made: Preparation = new calling.Preparation(() => this.guard.track, (description) => {
      if (made === this.preparation) this.ready(description);
      else this.changeover.ready(made, description);
    });
    return made;
  }

  /** A connection waits for its partner. */
  private ready(description: Description | null): void {
    const { queue } = this;
    const ready = () => queue?.send({ type: 'ready', ...(description && { description }) });
    void this.client?.then(ready, () => undefined);
  }

  private onMessage(message: ServerMessage): void {
    const farewell = this.farewell.answer(message);
    if (farewell) return farewell.forEach((reply) => this.queue?.send(reply));
    switch (message.type) {
      case 'relay':
        this.requeueIfCalled();
        return void this.prepare(message.ice_servers, message.describe ?? false);
      case 'waiting': {
        this.requeueIfCalled();
        this.preparation?.keep();
        const { position, estimate_s: estimateS = null, hitch = null } = message;
        return this.around.dispatch({ type: 'waiting', position, estimateS, hitch, nowMs: Date.now() });
      }
      case 'matched':
        this.queue?.send({ type: 'ack', call_id: message.call_id });
        if (message.call_id !== this.current?.id) this.startCall(message);
        return;
      case 'described':
        if (message.call_id === this.current?.id) this.current.call.describe(message.description);
        return;
      case 'resumed':
        if (message.call_id === this.current?.id) this.current.resume(message.channel);
        return;
      case 'renewed':
        if (message.call_id === this.current?.id) this.current.renew(message.ice_servers);
        return;
      case 'person':
        if (message.call_id === this.current?.id) this.changeover.hear(message);
        return;
      case 'ended': {
        const { call_id: callId, reason, requeued = false } = message;
        if (callId !== this.current?.id) return;
        if (requeued) this.endCall();
        else this.stop();
        return this.around.dispatch({ type: 'ended', callId, reason, requeued, nowMs: Date.now() });
      }
    }
  }

  private async prepare(servers: readonly IceServer[], describes: boolean): Promise<void> {
    const run = this.run;
    const { preparation } = this;
    try {
      await preparation?.renew(servers, describes);
    } catch (error) {
      // While an older one waits for a partner, a newer one may fail.
      if (run === this.run && !preparation?.ready) this.fail(error);
    }
  }

  private startCall(match: Matched): void {
    const taken = this.changeover.take(this.current);
    if (taken) {
      this.preparation?.close();
      this.preparation = taken;
      this.current = null;
    }
    const { calling, preparation, queue, playback, wakefulness } = this;
    const { dispatch, levels } = this.around;
    if (!calling || !preparation || !queue) return;
    this.requeueIfCalled();
    const { call_id: callId, partner, speech_by: speechBy = null } = match;
    dispatch({ type: 'matched', call: { callId, partner, speechBy }, nowMs: Date.now() });
    this.current = new calling.Conversation(match, preparation.take(match.ufrag), {
      dispatch, levels, queue, playback, wakefulness,
      heard: () => this.changeover.endLeaving(),
      hangUp: () => this.finish('hangup'),
      fail: (error) => this.fail(error),
    });
    this.guard.mute(false);
  }

  /** News of the queue while we think that we are in a call: the server knows better. */
  private requeueIfCalled(): void {
    const callId = this.current?.id;
    if (callId === undefined) return;
    this.endCall();
    this.around.dispatch({ type: 'ended', callId, reason: 'failed', requeued: true, nowMs: Date.now() });
  }

  private next(): void {
    const callId = this.current?.id;
    this.endCall();
    if (!this.queue) return void this.begin();
    // Without a socket the next hello asks for a place anyway.
    if (!this.queue.send({ type: 'next', ...(callId && { call_id: callId }) })) this.queue.hurry();
  }

  private finish(type: 'hangup' | 'block'): void {
    const callId = this.current?.id;
    if (callId) this.queue?.send({ type, call_id: callId });
    this.stop();
    if (callId && type === 'block') this.farewell.block(callId);
  }

  private endCall(): void {
    this.changeover.close();
    if (!this.current) return;
    this.farewell.leave(this.current.id);
    this.current.close();
    this.current = null;
  }

  /** Stop with what went wrong. */
  fail(error: unknown): void {
    const fault = error instanceof Fault ? error : new Fault('internal');
    this.around.dispatch({ type: 'failed', code: fault.code, retryAfterS: fault.retryAfterS });
  }
}
