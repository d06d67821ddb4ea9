/**
 * The one place that makes an RTCPeerConnection. It reaches the partner through TURN relays only.
 *
 * The policy is set in the constructor, because a later one still lets addresses out that were gathered before it
 * (RFC 9429 section 3.5.3). One peer serves one call: certificate, ufrag, CNAME and track id are new each time. An ICE
 * restart (`restart`) gives it a new path and new relays within the same call; the old path serves meanwhile.
 */

import type { IceServer } from '../caller/wire.ts';
import type { Side } from '../caller/types.ts';
import { CandidateBuffer, MAX_CANDIDATES } from './candidates.ts';
import type { Addition } from './candidates.ts';
import { Leak, ownCandidate, ownDescription } from './local.ts';
import type { OwnDescription } from './local.ts';
import { reachOf } from './parameters.ts';
import type { Candidate, Description, Parameters } from './parameters.ts';
import { candidateLine, describe } from './template.ts';

const GATHER_MS = 10_000;

/** No relay gave an address. */
export class NoRelay extends Error {
  override name = 'NoRelay';
}

/** A restart, or another way, brought another certificate: whoever sent it is not whom we talk to. */
export class Forged extends Error {
  override name = 'Forged';
}

export interface PeerListener {
  /** One of our own candidates; those gathered before listening come at once. */
  candidate(candidate: Candidate): void;
  endOfCandidates(generation: number): void;
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
  private partner: Parameters | null = null;
  /** The newest generation, and which of them a ufrag belongs to. */
  private generation = 0;
  private readonly generations = new Map<string, number>();
  private readonly gathered: Candidate[] = [];
  private complete = false;
  private listener: PeerListener | null = null;
  private readonly buffer = new CandidateBuffer();
  /** Our description for the controlling role, where the one that is set is for the controlled one. */
  private controlling: RTCSessionDescriptionInit | null = null;
  /** Whether control is ours, as far as the partner has told. */
  private controls = false;
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

  get parameters(): Parameters {
    return this.local.parameters;
  }

  /** What the partner needs to know of us. */
  get description(): Description {
    return { parameters: this.parameters, candidates: this.gathered.slice(0, MAX_CANDIDATES) };
  }

  /** Whether our relay is one of this machine or this house; see `readCandidate`. */
  get hasLocalRelay(): boolean {
    return this.gathered.some(({ ip }) => reachOf(ip) === 'local');
  }

  listen(listener: PeerListener): void {
    this.listener = listener;
    for (const candidate of this.gathered) listener.candidate(candidate);
    if (this.complete) listener.endOfCandidates(this.generation);
  }

  /**
   * Begin an ICE restart: the next offer, with a new ufrag and new relay allocations. `connect` with the partner's
   * parameters of the same generation ends it; until then, and until the new path works, the old one is used.
   *
   * `servers`: fresh credentials; null: those in use still do.
   *
   * @throws Leak The browser changed more than an ICE restart may.
   */
  async restart(generation: number, servers: readonly IceServer[] | null): Promise<Parameters> {
    const { fingerprint } = this.parameters;
    if (servers) this.connection.setConfiguration(relayOnly(servers));
    this.generation = generation;
    this.complete = false;
    await this.describeOwn({ iceRestart: true });
    if (this.parameters.fingerprint !== fingerprint) throw new Leak();
    return this.parameters;
  }

  /**
   * Connect to the partner. Both ends have made an offer: each takes the other's parameters as the answer to its own.
   *
   * @throws Forged It is our own certificate, reflected; or in a restart not the one that the call began with.
   */
  async connect(side: Side, partner: Parameters): Promise<void> {
    if (partner.fingerprint === this.parameters.fingerprint) throw new Forged();
    if (this.partner && partner.fingerprint !== this.partner.fingerprint) throw new Forged();
    if (this.partner && partner.payload_type !== this.partner.payload_type) throw new Forged();
    this.partner = partner;
    const early = this.buffer.describe(partner.generation);
    // The browser sets one description after the other by itself; the one below does not wait for this one's report.
    this.controls = side === 'a' && partner.yields;
    if (this.controls && this.controlling) this.connection.setLocalDescription(this.controlling).catch(() => undefined);
    // Side a hears of its match by one PUBLISH more, and describes itself once more; it checks last, when b's relay lets
    // the check pass. Its pair works first, so it begins with DTLS.
    const sdp = describe(partner, side === 'a' ? 'passive' : 'active', this.local.mid) + known(early);
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
    // A track that nobody stops would keep the microphone on.
    if (this.connection.signalingState === 'closed') return;
    const old = this.track;
    this.track = microphone.clone();
    this.track.enabled = old.enabled;
    old.stop();
    await this.transceiver.sender.replaceTrack(this.track);
  }

  /** Whether any audio has come; unlike `getStats` never from a cache. */
  get hears(): boolean {
    return this.transceiver.receiver.getSynchronizationSources().length > 0;
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

  private get local(): OwnDescription {
    if (!this.own) throw new TypeError('not prepared');
    return this.own;
  }

  private async gather(): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    const timer = setTimeout(() => this.settle?.reject(new NoRelay()), GATHER_MS);
    try {
      await Promise.all([first, this.describeOwn()]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Describe ourselves, for the controlled role where the browser can. Both ends offer, so that both would control, and
   * to settle that conflict (RFC 8445 section 7.3.1.1) costs a round trip; and a Chromium that loses it in a restart
   * misses the nomination of a Firefox, made once, and goes on sending into the broken path for seconds. An end that
   * calls itself lite leaves control to a full one (section 6.1.1). Chromium goes by that word of its own description
   * for the role, and for nothing else; Firefox refuses it. The partner does not see it, only that we can; where both
   * can, it is side b that does. Side a then keeps control in a restart: while neither has it, they come into conflict
   * over the old path.
   */
  private async describeOwn(options?: RTCOfferOptions): Promise<void> {
    // Not by `restartIce`, which would call for a negotiation before this one has begun.
    const full = await this.connection.createOffer(options);
    const lite = { ...full, sdp: (full.sdp ?? '').replace('\r\nt=0 0\r\n', '$&a=ice-lite\r\n') };
    const yields = !this.controls && await this.connection.setLocalDescription(lite).then(() => true, () => false);
    if (!yields) await this.connection.setLocalDescription(full);
    this.controlling = yields ? full : null;
    this.own = ownDescription(this.connection.localDescription?.sdp ?? '', this.generation);
    this.generations.set(this.own.parameters.ufrag, this.generation);
  }

  private onCandidate(event: RTCIceCandidate | null): void {
    try {
      // One of a ufrag that is not known yet comes before the description that it belongs to.
      const generation = this.generations.get(event?.usernameFragment ?? '') ?? this.generation;
      const candidate = event && ownCandidate(event.candidate, generation);
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
    this.listener?.endOfCandidates(this.generation);
  }

  private async addAll(additions: Addition[]): Promise<void> {
    const sdpMid = this.local.mid;
    for (const addition of additions) {
      const candidate = 'end' in addition ? '' : candidateLine(addition.candidate);
      // One that the browser refuses is one path less, no more.
      await this.connection.addIceCandidate({ candidate, sdpMid }).catch(() => undefined);
    }
  }
}
