/** One call as the page lives it, from its match until it is left: joins the call, its relay credentials and the page. */

import { Call } from '../call/call.ts';
import type { CallListener } from '../call/listener.ts';
import type { Peer } from '../call/peer.ts';
import { Fault } from './fault.ts';
import type { Playback } from './playback.ts';
import type { QueueSocket } from './queue.ts';
import { Relays } from './relays.ts';
import type { Surroundings } from './surroundings.ts';
import type { Stage } from './types.ts';
import type { Grant, IceServer, Matched } from './wire.ts';
import type { Wakefulness } from './wakefulness.ts';

const WARN_BEFORE_MS = 60_000;
/** How long the server may take to confirm what the partner himself has said. */
const BYE_MS = 3000;
const OFFLINE_MS = 60_000;

/** What it needs of the page. */
export interface Means extends Pick<Surroundings, 'dispatch' | 'levels'> {
  queue: Pick<QueueSocket, 'send' | 'hurry'>;
  playback: Playback;
  wakefulness: Wakefulness;
  /** The partner is heard. */
  heard(): void;
  /** Tell the server that it is over, and leave everything. */
  hangUp(): void;
  fail(error: unknown): void;
}

export class Conversation {
  readonly id: string;
  readonly call: Call;
  private readonly means: Means;
  private readonly relays: Relays;
  /** What could not be told yet, because the socket was lost. */
  private untold: Stage | null = null;
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(match: Matched, peer: Peer | Promise<Peer>, means: Means) {
    this.id = match.call_id;
    this.means = means;
    this.relays = new Relays(() => means.queue.send({ type: 'renew', call_id: this.id }));
    this.call = new Call(match, peer, this.listener(match.deadlines.call_s * 1000));
  }

  /** The server has taken us back into it, after a socket was lost. */
  resume(channel: Grant): void {
    const { call, id, means } = this;
    call.renew(channel);
    // The first time may have been lost with the socket.
    if (call.talking) means.queue.send({ type: 'connected', call_id: id });
    if (this.untold) this.tellFailed(this.untold);
  }

  /** Fresh relay credentials have come. */
  renew(servers: readonly IceServer[]): void {
    if (this.relays.take(servers)) this.call.renewPath();
  }

  /** Another call takes its place: until that is heard this one is, and says nothing to the page. */
  retire(): void {
    this.timers.splice(0).forEach(clearTimeout);
    this.call.retire();
  }

  /** It is over; the server knows, or is told by somebody else. */
  close(): void {
    const { levels, playback, wakefulness } = this.means;
    this.timers.splice(0).forEach(clearTimeout);
    this.call.close();
    playback.stop();
    wakefulness.release();
    levels.hearPartner(null);
  }

  private listener(callMs: number): CallListener {
    const { id: callId, means } = this;
    const { dispatch, levels, playback, queue, wakefulness } = means;
    return {
      servers: (attempts) => this.relays.forRestart(attempts),
      stage: (stage) => dispatch({ type: 'stage', callId, stage }),
      connected: () => {
        queue.send({ type: 'connected', call_id: callId });
        wakefulness.hold();
        means.heard();
        dispatch({ type: 'talking', callId, nowMs: Date.now(), endsMs: Date.now() + callMs });
        this.later(Math.max(0, callMs - WARN_BEFORE_MS), () => dispatch({ type: 'endsSoon', callId }));
      },
      stream: (stream) => {
        playback.play(stream);
        levels.hearPartner(stream);
      },
      partnerMuted: (muted) => dispatch({ type: 'partnerMuted', callId, muted }),
      suspect: () => {
        queue.hurry();
        dispatch({ type: 'suspect', callId });
      },
      recovered: () => dispatch({ type: 'recovered', callId }),
      safetyWords: (words) => dispatch({ type: 'safetyWords', callId, words }),
      violated: () => {
        means.hangUp();
        means.fail(new Fault('violated'));
      },
      sample: (sample) => levels.sample(sample),
      bye: () => this.later(BYE_MS, () => {
        means.hangUp();
        dispatch({ type: 'ended', callId, reason: 'partner_left', requeued: false, nowMs: Date.now() });
      }),
      failed: (stage) => this.tellFailed(stage),
      leak: () => {
        this.tellFailed('relay');
        means.fail(new Fault('leak'));
      },
    };
  }

  private tellFailed(stage: Stage): void {
    const told = this.means.queue.send({ type: 'failed', call_id: this.id, stage });
    this.untold = told ? null : stage;
    // Neither the partner nor the service: after as long as the server keeps a place, there is nothing to wait for.
    if (!told) this.later(OFFLINE_MS, () => this.means.fail(new Fault('offline')));
  }

  /** Until it is closed. */
  private later(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms));
  }
}
