/** The connection that waits for its partner: made early, kept fresh, given away once. */

import { Peer } from '../call/peer.ts';
import type { IceServer } from './wire.ts';

/** Chromium keeps an idle allocation and its NAT binding alive; the allocation itself lasts 10 minutes. */
const FRESH_MS = 270_000;
/** Firefox sends nothing on an idle allocation, and many NATs forget a silent binding after 30 s (RFC 4787 REQ-5). */
const FRESH_FIREFOX_MS = 22_000;
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
  private servers: readonly IceServer[] = [];
  private peer: Peer | null = null;
  private madeMs = 0;
  private build: Build | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onVisible = (): void => {
    const old = this.peer !== null && performance.now() - this.madeMs > YOUNG_MS;
    if (document.visibilityState === 'visible' && old) this.refresh();
  };
  private readonly onNetwork = (): void => {
    if (!this.peer) return;
    // Its allocation belongs to an address that we may not have any more.
    this.peer.close();
    this.peer = null;
    this.refresh();
  };

  constructor(track: () => MediaStreamTrack | null) {
    this.track = track;
    document.addEventListener('visibilitychange', this.onVisible);
    window.addEventListener('online', this.onNetwork);
    connectionOf(navigator)?.addEventListener('change', this.onNetwork);
  }

  /** Make a connection with new credentials; it replaces the one that waits. Throws what `Peer.prepare` throws. */
  async renew(servers: readonly IceServer[]): Promise<void> {
    this.servers = servers;
    await this.start().promise;
  }

  /** The prepared connection, or one made now. From here on it is the taker's. */
  take(): Promise<Peer> {
    clearTimeout(this.timer);
    const { peer } = this;
    const build = this.build ?? (peer ? null : this.start());
    this.peer = this.build = null;
    if (build) build.fate = peer ? 'dropped' : 'given';
    return peer ? Promise.resolve(peer) : build!.promise;
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
    await Promise.all([making, this.peer?.replaceMicrophone(track)]);
  }

  close(): void {
    clearTimeout(this.timer);
    this.servers = [];
    if (this.build) this.build.fate = 'dropped';
    this.build = null;
    this.peer?.close();
    this.peer = null;
    document.removeEventListener('visibilitychange', this.onVisible);
    window.removeEventListener('online', this.onNetwork);
    connectionOf(navigator)?.removeEventListener('change', this.onNetwork);
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
    this.peer?.close();
    this.peer = made;
    this.madeMs = performance.now();
    this.schedule(freshMs());
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

/** Chromium's Network Information API, which other browsers lack. */
function connectionOf(subject: Navigator): EventTarget | undefined {
  return 'connection' in subject ? (subject.connection as EventTarget) : undefined;
}
