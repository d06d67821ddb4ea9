/** One call from its match to its end: joins the signaling, the peer, the time-outs and the ICE restarts. */

import type { Stage } from '../caller/types.ts';
import type { Grant, Matched } from '../caller/wire.ts';
import { Agreement } from './agreement.ts';
import type { Way } from './agreement.ts';
import { DEAF } from './listener.ts';
import type { CallListener } from './listener.ts';
import { Leak } from './local.ts';
import { readSignal } from './messages.ts';
import type { Signal } from './messages.ts';
import { Lookout } from './lookout.ts';
import { onNetworkChange } from './network.ts';
import { readDescription } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { Forged } from './peer.ts';
import type { Peer } from './peer.ts';
import type { Sample } from './quality.ts';
import type { Message } from './reliable.ts';
import { Restarts } from './restarts.ts';
import { Safety } from './safety.ts';
import { SetupClock } from './setup.ts';
import { Signaling } from './signaling.ts';
import { Wake } from './wake.ts';
import { Watch } from './watch.ts';

/** What an honest partner says before our own peer is there. */
const MAX_EARLY = 16;

export class Call {
  readonly id: string;
  private readonly match: Matched;
  private listener: CallListener;
  private readonly signaling: Signaling;
  private readonly early: Message[] = [];
  private readonly making: Promise<Peer>;
  private peer: Peer | null = null;
  private safety: Safety | null = null;
  private readonly setup: SetupClock;
  private over = false;
  private readonly agreement = new Agreement();
  /** What the server has told before our own peer was there. */
  private unread: unknown;
  private showsMuted = false;
  private lookout: Lookout | null = null;
  private readonly watch = new Watch();
  private readonly wake = new Wake();
  private readonly restarts = new Restarts();
  private readonly deafen: () => void;
  /** What is done to the connection, one after the other. */
  private steps: Promise<void> = Promise.resolve();

  constructor(match: Matched, peer: Peer | Promise<Peer>, listener: CallListener) {
    this.id = match.call_id;
    this.match = match;
    this.listener = listener;
    this.unread = match.description;
    this.setup = new SetupClock(match.deadlines, {
      stage: (stage) => listener.stage(stage),
      late: (stage) => this.fail(stage),
    });
    this.signaling = new Signaling(match.topic, match.channel, {
      joined: () => this.setup.step('join'),
      message: (message) => this.onMessage(message),
    });
    this.deafen = onNetworkChange(() => this.renewPath());
    this.making = Promise.resolve(peer);
    // Whatever else there is to do at a match comes after the first packet towards the partner.
    if ('then' in peer) peer.then((made) => this.onPeer(made), (error: unknown) => this.onFault(error));
    else this.onPeer(peer);
    void this.steps.then(() => this.signaling.open());
  }

  /** Send silence if the person `chose` it, and tell the partner what `shows`: the system may mute as well. */
  mute(chose: boolean, shows: boolean): void {
    if (this.over) return;
    if (this.peer) this.peer.muted = chose;
    if (shows !== this.showsMuted) this.signaling.send({ kind: 'mute', muted: shows });
    this.showsMuted = shows;
  }

  /** Whether the partner has been heard. */
  get talking(): boolean {
    return !this.over && this.setup.done;
  }

  /** Go on being heard, and report nothing any more. */
  retire(): void {
    this.listener = DEAF;
  }

  /** The partner's description has come by way of the server; the channel must bring the same, or none. */
  describe(data: unknown): void {
    if (this.over) return;
    if (!this.peer) {
      this.unread = data;
      return;
    }
    const description = readDescription(data, this.peer.hasLocalRelay);
    if (!description) return;
    for (const candidate of description.candidates) this.onSignal({ kind: 'candidate', candidate });
    this.onParameters(description.parameters, 'server');
  }

  /** The microphone has changed. */
  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    const peer = await this.making.catch(() => null);
    if (!this.over) await peer?.replaceMicrophone(track);
  }

  renew(grant: Grant): void {
    if (!this.over) this.signaling.renew(grant);
  }

  /** Look for a new path, on new relays, while the old one serves. */
  renewPath(): void {
    if (!this.talking) return;
    this.restarts.want();
    this.restartIfDue();
  }

  close(): void {
    this.over = true;
    this.deafen();
    this.setup.close();
    this.lookout?.close();
    this.safety?.close();
    this.signaling.close();
    this.peer?.close();
  }

  private fail(stage: Stage): void {
    if (this.over) return;
    this.close();
    this.listener.failed(stage);
  }

  private onFault(error: unknown): void {
    if (this.over) return;
    this.close();
    if (error instanceof Leak) this.listener.leak();
    else this.listener.failed(error instanceof Forged ? 'parameters' : 'relay');
  }

  private onViolation(): void {
    if (this.over) return;
    this.close();
    this.listener.violated();
  }

  private onPeer(peer: Peer): void {
    if (this.over) {
      peer.close();
      return;
    }
    this.peer = peer;
    peer.listen({
      candidate: (candidate) => this.signaling.send({ kind: 'candidate', candidate }),
      endOfCandidates: (generation) => this.signaling.send({ kind: 'end_of_candidates', generation }),
      state: (state) => this.onState(state),
      stream: (stream) => this.listener.stream(stream),
      leak: () => this.onFault(new Leak()),
    });
    // After the candidates in hand, so that the partner knows them by the time it describes us.
    this.signaling.send({ kind: 'parameters', parameters: peer.parameters });
    this.safety = new Safety(this.match, peer.parameters.fingerprint, {
      send: (signal) => { if (!this.over) this.signaling.send(signal); },
      words: (words) => this.listener.safetyWords(words),
      violated: () => this.onViolation(),
    });
    if (this.unread !== undefined) this.describe(this.unread);
    for (const message of this.early.splice(0)) this.onMessage(message);
  }

  private onMessage(message: Message): void {
    if (this.over) return;
    if (!this.peer) {
      if (this.early.length < MAX_EARLY) this.early.push(message);
      return;
    }
    const signal = readSignal(message, this.peer.hasLocalRelay);
    if (signal) this.onSignal(signal);
  }

  private onSignal(signal: Signal): void {
    switch (signal.kind) {
      case 'parameters':
        return this.onParameters(signal.parameters, 'channel');
      case 'candidate':
        return this.step((peer) => peer.addCandidate(signal.candidate));
      case 'end_of_candidates':
        return this.step((peer) => peer.endCandidates(signal.generation));
      case 'commitment':
      case 'reveal':
        return this.safety?.receive(signal);
      case 'mute':
        return this.listener.partnerMuted(signal.muted);
      case 'bye':
        return this.listener.bye();
    }
  }

  private onParameters(parameters: Parameters, way: Way): void {
    const { generation } = parameters;
    const connect = (): void => {
      this.safety?.describe(parameters.fingerprint);
      this.step(async (peer) => {
        if (!this.restarts.outdates(generation)) await peer.connect(this.match.side, parameters);
      });
    };
    if (generation > 0) {
      // Until the first description is set there is nothing to restart.
      const answer = this.agreement.reached ? this.restarts.receive(generation, performance.now()) : null;
      if (answer === 'follow') this.offer(generation);
      if (answer) connect();
      return;
    }
    const verdict = this.agreement.take(parameters, way);
    if (verdict === 'broken') this.onFault(new Forged());
    if (verdict !== 'connect') return;
    this.setup.step('describe');
    connect();
  }

  /** Do something to the connection when all before it is done. */
  private step(act: (peer: Peer) => Promise<void>): void {
    this.steps = this.steps.then(async () => {
      if (this.peer && !this.over) await act(this.peer);
    }).catch((error: unknown) => this.onFault(error));
  }

  private restartIfDue(): void {
    const generation = this.restarts.due(performance.now());
    if (generation === null) return;
    this.signaling.doubt(this.restarts.attempts);
    this.offer(generation);
  }

  private offer(generation: number): void {
    this.step(async (peer) => {
      if (this.restarts.outdates(generation)) return;
      const pauseMs = this.restarts.pause(performance.now());
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const servers = await this.listener.servers(this.restarts.attempts);
      if (this.over || this.restarts.outdates(generation)) return;
      const parameters = await peer.restart(generation, servers);
      if (!this.over) this.signaling.send({ kind: 'parameters', parameters });
    });
  }

  private onState(state: RTCPeerConnectionState): void {
    if (state === 'connected') this.onConnected();
    else if (this.talking && (state === 'disconnected' || state === 'failed')) this.doubt();
    else if (state === 'failed') this.fail('ice');
  }

  private onConnected(): void {
    this.setup.step('connect');
    if (!this.peer) return;
    this.lookout ??= new Lookout(this.peer, {
      leak: () => this.onFault(new Leak()),
      heard: () => this.talk(),
      sample: (sample) => this.judge(sample),
    });
  }

  private doubt(): void {
    if (this.watch.suspect()) this.listener.suspect();
    this.restarts.trouble(performance.now());
    this.restartIfDue();
  }

  private talk(): void {
    this.setup.step('hear');
    this.listener.connected();
  }

  private judge(sample: Sample): void {
    this.listener.sample(sample);
    if (this.wake.look(Date.now())) this.restarts.want();
    const verdict = this.watch.see(sample.packetsReceived, sample.atMs);
    if (verdict === 'suspect') {
      this.listener.suspect();
      this.restarts.trouble(sample.atMs);
    } else if (verdict === 'recovered') {
      this.restarts.calm();
      this.listener.recovered();
    }
    if (this.restarts.lost(sample.atMs)) this.fail('ice');
    else this.restartIfDue();
  }
}
