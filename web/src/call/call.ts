/** One call from its match to its end: joins the signaling, the peer and the time-outs. */

import type { Stage } from '../caller/types.ts';
import type { Grant, Matched } from '../caller/wire.ts';
import { Leak } from './local.ts';
import { readSignal } from './messages.ts';
import type { Signal } from './messages.ts';
import type { Peer } from './peer.ts';
import { readSample } from './quality.ts';
import type { Sample } from './quality.ts';
import type { Message } from './reliable.ts';
import { Signaling } from './signaling.ts';
import { Watch } from './watch.ts';

const SETUP_POLL_MS = 40;
const TALK_POLL_MS = 500;
/** What an honest partner says before our own peer is there. */
const MAX_EARLY = 16;

export interface CallListener {
  stage(stage: Stage): void;
  /** The partner's first audio has arrived. */
  connected(): void;
  stream(stream: MediaStream): void;
  partnerMuted(muted: boolean): void;
  /** The path looks dead, or alive again. */
  suspect(): void;
  recovered(): void;
  /** About twice a second while talking. */
  sample(sample: Sample): void;
  /** The partner says that the call is over; the server's word counts, where it can be heard. */
  bye(): void;
  /** The call cannot come to be, or is lost. */
  failed(stage: Stage): void;
  leak(): void;
}

export class Call {
  readonly id: string;
  private readonly match: Matched;
  private readonly listener: CallListener;
  private readonly signaling: Signaling;
  private readonly early: Message[] = [];
  private peer: Peer | null = null;
  private stage: Stage | 'talking' | 'over' = 'channel';
  private described = false;
  private deadline: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private readonly watch = new Watch();

  constructor(match: Matched, peer: Promise<Peer>, listener: CallListener) {
    this.id = match.call_id;
    this.match = match;
    this.listener = listener;
    this.enter('channel', match.deadlines.channel_s);
    this.signaling = new Signaling(match.topic, match.channel, {
      joined: () => {
        if (this.stage === 'channel') this.enter('parameters', match.deadlines.parameters_s);
      },
      message: (message) => this.onMessage(message),
    });
    peer.then((made) => this.onPeer(made), (error: unknown) => this.onFault(error));
  }

  set muted(muted: boolean) {
    if (this.peer) this.peer.muted = muted;
    this.signaling.send({ kind: 'mute', muted });
  }

  /** The microphone has changed. */
  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    await this.peer?.replaceMicrophone(track);
  }

  renew(grant: Grant): void {
    this.signaling.renew(grant);
  }

  close(): void {
    this.stage = 'over';
    clearTimeout(this.deadline);
    clearTimeout(this.poll);
    this.signaling.close();
    this.peer?.close();
  }

  private get over(): boolean {
    return this.stage === 'over';
  }

  private enter(stage: Stage, seconds: number): void {
    this.stage = stage;
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.fail(stage), seconds * 1000);
    if (stage !== 'channel') this.listener.stage(stage);
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
    else this.listener.failed('relay');
  }

  private onPeer(peer: Peer): void {
    if (this.over) {
      peer.close();
      return;
    }
    this.peer = peer;
    const { generation } = peer.parameters;
    peer.listen({
      candidate: (candidate) => this.signaling.send({ kind: 'candidate', candidate }),
      endOfCandidates: () => this.signaling.send({ kind: 'end_of_candidates', generation }),
      state: (state) => this.onState(state),
      stream: (stream) => this.listener.stream(stream),
      leak: () => this.onFault(new Leak()),
    });
    // After the candidates in hand, so that the partner knows them by the time it describes us.
    this.signaling.send({ kind: 'parameters', parameters: peer.parameters });
    for (const message of this.early.splice(0)) this.onMessage(message);
  }

  private onMessage(message: Message): void {
    if (this.over) return;
    if (!this.peer) {
      if (this.early.length < MAX_EARLY) this.early.push(message);
      return;
    }
    const signal = readSignal(message, this.peer.hasLocalRelay);
    if (signal) this.onSignal(signal, this.peer).catch((error: unknown) => this.onFault(error));
  }

  private async onSignal(signal: Signal, peer: Peer): Promise<void> {
    switch (signal.kind) {
      case 'parameters':
        // A peer serves one call and one partner: a second set could only be somebody else's.
        if (this.described || signal.parameters.generation !== 0) return;
        this.described = true;
        this.enter('ice', this.match.deadlines.ice_s);
        await peer.connect(this.match.side, signal.parameters);
        void this.look();
        return;
      case 'candidate':
        return peer.addCandidate(signal.candidate);
      case 'end_of_candidates':
        return peer.endCandidates(signal.generation);
      case 'mute':
        return this.listener.partnerMuted(signal.muted);
      case 'bye':
        return this.listener.bye();
    }
  }

  private onState(state: RTCPeerConnectionState): void {
    if (state === 'connected' && this.stage === 'ice') this.enter('audio', this.match.deadlines.audio_s);
    else if (state === 'failed') this.fail('ice');
    else if (state === 'disconnected' && this.stage === 'talking' && this.watch.suspect()) this.listener.suspect();
  }

  /** Look at the counters again and again: soon before the first audio, at ease after it. */
  private async look(): Promise<void> {
    const report = await this.peer?.getStats().catch(() => undefined);
    if (this.over || !report) return;
    const sample = readSample(report.values(), performance.now());
    if (sample.relayed === false) return this.onFault(new Leak());
    if (this.stage !== 'talking' && sample.packetsReceived > 0) this.talk();
    if (this.stage === 'talking') this.judge(sample);
    if (this.over) return;
    this.poll = setTimeout(() => void this.look(), this.stage === 'talking' ? TALK_POLL_MS : SETUP_POLL_MS);
  }

  private talk(): void {
    this.stage = 'talking';
    clearTimeout(this.deadline);
    this.listener.connected();
  }

  private judge(sample: Sample): void {
    this.listener.sample(sample);
    const verdict = this.watch.see(sample.packetsReceived, sample.atMs);
    if (verdict === 'suspect') this.listener.suspect();
    else if (verdict === 'recovered') this.listener.recovered();
    else if (verdict === 'lost') this.fail('ice');
  }
}
