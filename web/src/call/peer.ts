/**
 * The one place that makes an RTCPeerConnection. It reaches the partner through TURN relays only.
 *
 * The policy is set in the constructor, because a later one still lets addresses out that were gathered before it
 * (RFC 9429 section 3.5.3). One peer serves one call: certificate, ufrag, CNAME and track id are new each time.
 */

import type { IceServer } from '../caller/wire.ts';
import type { Side } from '../caller/types.ts';
import { CandidateBuffer } from './candidates.ts';
import type { Addition } from './candidates.ts';
import { Leak, ownCandidate, ownDescription } from './local.ts';
import type { OwnDescription } from './local.ts';
import { reachOf } from './parameters.ts';
import type { Candidate, Parameters } from './parameters.ts';
import { candidateLine, describe } from './template.ts';

const GATHER_MS = 10_000;
const GENERATION = 0;

/** No relay gave an address. */
export class NoRelay extends Error {
  override name = 'NoRelay';
}

export interface PeerListener {
  /** One of our own candidates; those gathered before listening come at once. */
  candidate(candidate: Candidate): void;
  endOfCandidates(): void;
  state(state: RTCPeerConnectionState): void;
  stream(stream: MediaStream): void;
  leak(): void;
}

function relayOnly(servers: readonly IceServer[]): RTCConfiguration {
  const urls = servers.flatMap((server) => server.urls);
  if (urls.length === 0 || !urls.every((url) => /^turns?:/.test(url))) throw new Leak();
  const iceServers = servers.map((server) => ({ ...server }));
  return { iceServers, iceTransportPolicy: 'relay', bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };
}

/**
 * The candidates that are known belong into the description itself. Added after it, they may be overtaken by the
 * partner's first check, and the browser takes its source for a peer-reflexive candidate (RFC 8445 section 7.3.1.3).
 */
function known(additions: Addition[]): string {
  return additions.map((addition) => ('end' in addition ? '' : `a=${candidateLine(addition.candidate)}\r\n`)).join('');
}

export class Peer {
  private readonly connection: RTCPeerConnection;
  private readonly transceiver: RTCRtpTransceiver;
  private track: MediaStreamTrack;
  private own: OwnDescription | null = null;
  private readonly gathered: Candidate[] = [];
  private complete = false;
  private listener: PeerListener | null = null;
  private readonly buffer = new CandidateBuffer();
  private settle: { resolve(): void; reject(error: Error): void } | null = null;

  private constructor(servers: readonly IceServer[], microphone: MediaStreamTrack) {
    this.connection = new RTCPeerConnection(relayOnly(servers));
    if (this.connection.getConfiguration().iceTransportPolicy !== 'relay') throw new Leak();
    this.connection.onicecandidate = ({ candidate }) => this.onCandidate(candidate);
    this.connection.onconnectionstatechange = () => this.listener?.state(this.connection.connectionState);
    this.connection.ondatachannel = ({ channel }) => channel.close();
    this.connection.ontrack = ({ track, transceiver }) => {
      if (transceiver === this.transceiver) this.listener?.stream(new MediaStream([track]));
    };
    // A clone, because some browsers tell the partner the track's id, and one id must not serve two strangers.
    this.track = microphone.clone();
    this.transceiver = this.connection.addTransceiver(this.track, { direction: 'sendrecv' });
    const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs;
    const opus = codecs?.filter(({ mimeType }) => mimeType.toLowerCase() === 'audio/opus');
    if (opus?.length) this.transceiver.setCodecPreferences(opus);
  }

  /**
   * Make a peer that holds at least one relay candidate.
   *
   * @throws NoRelay No relay answered in time.
   * @throws Leak The browser gathered something else than relay candidates.
   */
  static async prepare(servers: readonly IceServer[], microphone: MediaStreamTrack): Promise<Peer> {
    const peer = new Peer(servers, microphone);
    try {
      await peer.gather();
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** What the partner needs to know of us. */
  get parameters(): Parameters {
    return this.description.parameters;
  }

  /** Whether our relay is one of this machine or this house; see `readCandidate`. */
  get hasLocalRelay(): boolean {
    return this.gathered.some(({ ip }) => reachOf(ip) === 'local');
  }

  listen(listener: PeerListener): void {
    this.listener = listener;
    for (const candidate of this.gathered) listener.candidate(candidate);
    if (this.complete) listener.endOfCandidates();
  }

  /**
   * Connect to the partner. Both ends have made an offer: each takes the other's parameters as the answer to its own.
   *
   * @throws Leak The partner claims our own certificate: somebody reflects our signals.
   */
  async connect(side: Side, partner: Parameters): Promise<void> {
    if (partner.fingerprint === this.parameters.fingerprint) throw new Leak();
    const early = this.buffer.describe(partner.generation);
    const sdp = describe(partner, side === 'a' ? 'passive' : 'active', this.description.mid) + known(early);
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
    await this.addAll(early.filter((addition) => 'end' in addition));
  }

  async addCandidate(candidate: Candidate): Promise<void> {
    await this.addAll(this.buffer.add(candidate));
  }

  async endCandidates(generation: number): Promise<void> {
    await this.addAll(this.buffer.end(generation));
  }

  /** Silence keeps the packets at their constant rate; nobody on the way sees who is muted. */
  set muted(muted: boolean) {
    this.track.enabled = !muted;
  }

  async replaceMicrophone(microphone: MediaStreamTrack): Promise<void> {
    const old = this.track;
    this.track = microphone.clone();
    this.track.enabled = old.enabled;
    old.stop();
    await this.transceiver.sender.replaceTrack(this.track);
  }

  getStats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  close(): void {
    this.listener = null;
    this.settle?.reject(new NoRelay());
    this.track.stop();
    this.connection.close();
  }

  private get description(): OwnDescription {
    if (!this.own) throw new TypeError('not prepared');
    return this.own;
  }

  private async gather(): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    const timer = setTimeout(() => this.settle?.reject(new NoRelay()), GATHER_MS);
    try {
      await Promise.all([first, this.connection.setLocalDescription()]);
    } finally {
      clearTimeout(timer);
    }
    this.own = ownDescription(this.connection.localDescription?.sdp ?? '', GENERATION);
  }

  private onCandidate(event: RTCIceCandidate | null): void {
    try {
      const candidate = event && ownCandidate(event.candidate, GENERATION);
      if (!event) this.onComplete();
      if (!candidate) return;
      this.gathered.push(candidate);
      this.settle?.resolve();
      this.listener?.candidate(candidate);
    } catch {
      this.settle?.reject(new Leak());
      this.listener?.leak();
    }
  }

  private onComplete(): void {
    this.complete = true;
    if (this.gathered.length === 0) this.settle?.reject(new NoRelay());
    this.listener?.endOfCandidates();
  }

  private async addAll(additions: Addition[]): Promise<void> {
    const sdpMid = this.description.mid;
    for (const addition of additions) {
      const candidate = 'end' in addition ? '' : candidateLine(addition.candidate);
      // One that the browser refuses is one path less, no more.
      await this.connection.addIceCandidate({ candidate, sdpMid }).catch(() => undefined);
    }
  }
}
