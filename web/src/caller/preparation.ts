/** The connection that waits for its partner: made early, kept fresh, given away once. */

import { Leak } from '../call/local.ts';
import { onNetworkChange } from '../call/network.ts';
import type { Description } from '../call/parameters.ts';
import { Peer } from '../call/peer.ts';
import { Fault } from './fault.ts';
import type { IceServer } from './wire.ts';

/** Chromium keeps an idle allocation and its NAT binding alive; the allocation itself lasts 10 minutes. */
const FRESH_MS = 270_000;
/** Firefox sends nothing on an idle allocation, and many NATs forget a silent binding after 30 s (RFC 4787 REQ-5). */
const FRESH_FIREFOX_MS = 22_000;
/** So long the one before is kept, for a partner who was told about it just before he was told about the new one. */
const CROSSING_MS = 5000;
/** What is older is not trusted when the person comes back to the page. */
const YOUNG_MS = 5000;
const RETRY_MS = 2000;

interface Build {
  promise: Promise<Peer>;
  fate: 'kept' | 'given' | 'dropped';
}

const freshMs = (): number => (navigator.userAgent.includes('Firefox/') ? FRESH_FIREFOX_MS : FRESH_MS);

export class Preparation {
  private readonly track: () => MediaStreamTrack | null;
  private readonly onReady: (description: Description | null) => void;
  private describes = false;
  private servers: readonly IceServer[] = [];
  private peer: Peer | null = null;
  private before: Peer | null = null;
  private crossing: ReturnType<typeof setTimeout> | undefined;
  private madeMs = 0;
  private build: Build | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly deafen: () => void;
  private readonly onVisible = (): void => {
    const old = this.peer !== null && performance.now() - this.madeMs > YOUNG_MS;
    if (document.visibilityState === 'visible' && old) this.refresh();
  };
  private readonly onNetwork = (): void => {
    // Its allocation may belong to an address that we have no more. Until there is another it is what a partner is told.
    if (this.peer) this.refresh();
  };

  /** `onReady`: another connection waits from now on, with this description where the server takes it. */
  constructor(track: () => MediaStreamTrack | null, onReady: (description: Description | null) => void) {
    this.track = track;
    this.onReady = onReady;
    document.addEventListener('visibilitychange', this.onVisible);
    this.deafen = onNetworkChange(this.onNetwork);
  }

  /**
   * Make a connection with new credentials; it replaces the one that waits.
   *
   * @throws Fault No relay answered, or the browser offered a way around it.
   */
  async renew(servers: readonly IceServer[], describes: boolean): Promise<void> {
    this.servers = servers;
    this.describes = describes;
    await this.start().promise.catch((error: unknown) => {
      throw new Fault(error instanceof Leak ? 'leak' : 'relay_unavailable');
    });
  }

  /**
   * The prepared connection, or one made now. From here on it is the taker's.
   *
   * `ufrag`: of the connection that the partner was told about, which may be the one before.
   */
  take(ufrag?: string): Peer | Promise<Peer> {
    clearTimeout(this.timer);
    if (this.before && this.before.parameters.ufrag === ufrag) [this.peer, this.before] = [this.before, this.peer];
    this.forget();
    const { peer } = this;
    const build = this.build ?? (peer ? null : this.start());
    this.peer = this.build = null;
    if (build) build.fate = peer ? 'dropped' : 'given';
    return peer ?? build!.promise;
  }

  /** Have one ready again, after the last was taken and its call came to nothing. */
  keep(): void {
    if (!this.peer && !this.build && this.servers.length > 0) this.refresh();
  }

  /** Whether one waits for its partner. */
  get ready(): boolean {
    return this.peer !== null;
  }

  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    const making = this.build?.promise.then((made) => made.replaceMicrophone(track), () => undefined);
    await Promise.all([making, this.peer?.replaceMicrophone(track), this.before?.replaceMicrophone(track)]);
  }

  close(): void {
    clearTimeout(this.timer);
    this.servers = [];
    if (this.build) this.build.fate = 'dropped';
    this.build = null;
    this.peer?.close();
    this.peer = null;
    this.forget();
    document.removeEventListener('visibilitychange', this.onVisible);
    this.deafen();
  }

  private start(): Build {
    if (this.build) this.build.fate = 'dropped';
    const track = this.track();
    const promise = track ? Peer.prepare(this.servers, track) : Promise.reject(new TypeError('no microphone'));
    const build: Build = { promise, fate: 'kept' };
    this.build = build;
    promise.then((made) => this.finish(build, made), () => this.finish(build, null));
    return build;
  }

  private finish(build: Build, made: Peer | null): void {
    if (this.build === build) this.build = null;
    if (build.fate === 'dropped') made?.close();
    if (build.fate !== 'kept' || !made) return;
    this.forget();
    this.before = this.peer;
    this.crossing = setTimeout(() => this.forget(), CROSSING_MS);
    this.peer = made;
    this.madeMs = performance.now();
    this.schedule(freshMs());
    this.onReady(this.describes ? made.description : null);
  }

  private forget(): void {
    clearTimeout(this.crossing);
    this.before?.close();
    this.before = null;
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), ms);
  }

  /** The old one serves until the new one is there. */
  private refresh(): void {
    const build = this.start();
    build.promise.catch(() => {
      if (build.fate === 'kept' && this.servers.length > 0) this.schedule(RETRY_MS);
    });
  }
}
