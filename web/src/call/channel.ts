/**
 * The call's private Realtime channel: one client, one channel, one event name, for one call.
 *
 * The client rejoins after a lost socket by itself; a channel that the server closed (expired token, too many messages)
 * it forgets. Then, and when joining fails twice, this builds a new client.
 */

import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';

import type { Grant } from '../caller/wire.ts';

const EVENT = 's';
const RECONNECT_MS = [200, 500, 1000, 2000];
const RECONNECT_MAX_MS = 4000;
const MAX_FAULTS = 2;
/** How long a socket that is in doubt has to carry an answer. */
const ANSWER_MS = 500;
const ANSWER_MAX_MS = 4000;

export interface ChannelListener {
  joined(): void;
  parted(): void;
  payload(payload: unknown): void;
}

/** Load the client, which is as large as the rest of the page: while waiting there is time for it. */
export const loadRealtime = (): Promise<typeof import('@supabase/realtime-js')> => import('@supabase/realtime-js');

/** The socket URL of a Realtime base URL, which may be a path of the page's origin. */
function socketUrl(base: string, page: string | undefined): string {
  const url = new URL(base, page);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href.replace(/\/$/, '');
}

export class Channel {
  private readonly topic: string;
  private readonly listener: ChannelListener;
  private grant: Grant;
  private client: RealtimeClient | null = null;
  private channel: RealtimeChannel | null = null;
  private joined = false;
  private closed = false;
  /** Counts clients, so that one in the making knows that it is late. */
  private openings = 0;
  private faults = 0;
  private rebuilds = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(topic: string, grant: Grant, listener: ChannelListener) {
    this.topic = topic;
    this.grant = grant;
    this.listener = listener;
  }

  /** Join it. Without effect once it is closed. */
  open(): void {
    if (!this.closed) void this.make();
  }

  send(payload: object): void {
    // Not joined, the client would fall back to HTTP and mix two transports; a lost frame is sent again anyway.
    if (this.joined) void this.channel?.send({ type: 'broadcast', event: EVENT, payload }).catch(() => undefined);
  }

  /** Take a fresh token for the same call. */
  renew(grant: Grant): void {
    this.grant = grant;
    if (this.joined) void this.client?.setAuth(grant.token);
    else this.rebuild(0);
  }

  /**
   * The network may have changed under the socket, which is told by nobody: one without an answer is replaced.
   * `times`: so many times in a row. A slow line has longer each time, so that there is an end to replacing.
   */
  doubt(times: number): void {
    const { client } = this;
    if (!client || !this.joined) return; // a new one is under way
    let answered = false;
    client.onHeartbeat((status) => {
      answered ||= status === 'ok';
    });
    void client.sendHeartbeat();
    setTimeout(() => {
      if (!answered && this.client === client) this.rebuild(0);
    }, Math.min(ANSWER_MS * 2 ** (times - 1), ANSWER_MAX_MS));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.drop();
  }

  private async make(): Promise<void> {
    const opening = ++this.openings;
    const realtime = await loadRealtime().catch(() => null);
    if (opening !== this.openings) return;
    if (!realtime) return this.rebuild(RECONNECT_MAX_MS);
    const client = new realtime.RealtimeClient(socketUrl(this.grant.url, globalThis.location?.href), {
      params: { apikey: this.grant.key },
      timeout: 10_000,
      heartbeatIntervalMs: 10_000,
      reconnectAfterMs: (tries: number) => RECONNECT_MS[tries - 1] ?? RECONNECT_MAX_MS,
      // Timers of a hidden page are slow, those of a worker are not.
      worker: 'Worker' in globalThis,
      // Without a logger of our own the library writes warnings to the console.
      logger: () => undefined,
    });
    this.client = client;
    // Joining before the token is set would join as nobody.
    await client.setAuth(this.grant.token);
    if (this.client !== client) return;
    const config = { private: true, broadcast: { ack: true, self: false } };
    this.channel = client.channel(this.topic, { config });
    this.channel.on('broadcast', { event: EVENT }, ({ payload }) => {
      if (this.client === client) this.listener.payload(payload);
    });
    this.channel.subscribe((status) => {
      if (this.client === client) this.onStatus(status);
    });
  }

  private onStatus(status: string): void {
    const was = this.joined;
    this.joined = status === 'SUBSCRIBED';
    if (this.joined) {
      this.faults = this.rebuilds = 0;
      this.listener.joined();
      return;
    }
    if (was) this.listener.parted();
    if (status === 'CLOSED' || ++this.faults >= MAX_FAULTS) {
      this.rebuild(RECONNECT_MS[this.rebuilds++] ?? RECONNECT_MAX_MS);
    }
  }

  private rebuild(delayMs: number): void {
    if (this.joined) this.listener.parted();
    this.drop();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.make(), delayMs);
  }

  private drop(): void {
    const { client, channel } = this;
    this.openings++;
    this.client = this.channel = null;
    this.joined = false;
    this.faults = 0;
    // Leaving first lets what was just sent go out before the socket closes.
    if (channel) void channel.unsubscribe().catch(() => undefined);
    void client?.disconnect();
  }
}
