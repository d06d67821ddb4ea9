/**
 * The queue's socket: hello first, a heartbeat, and a new socket whenever one is lost.
 *
 * The server re-attaches a returning page to its place or its call, so that coming back is just another hello.
 */

import { judgeClose } from './closes.ts';
import type { Closed } from './closes.ts';
import { Fault } from './fault.ts';
import type { Session } from './session.ts';
import type { Prefs } from './types.ts';
import { readServerMessage } from './wire.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

const DEFAULTS = {
  heartbeatMs: 5000,
  /** Without any message for so long the socket counts as dead, whatever the browser thinks. */
  silenceMs: 12_000,
  /** So long it has for an answer when there is a reason to doubt it. */
  answerMs: 3000,
  backOffMs: 300,
  backOffMaxMs: 5000,
  /** A page that has never got through stops trying after this. */
  patienceMs: 15_000,
};

type Timer = ReturnType<typeof setTimeout>;

export interface QueueListener {
  message(message: ServerMessage): void;
  /** The socket is lost and being replaced, or back. */
  offline(): void;
  online(): void;
  /** It is of no use to try on. */
  fault(fault: Fault): void;
  prefs(): Prefs;
  /** The call that this page is in. */
  callId(): string | null;
}

/** The socket's URL: where this page came from. */
export function queueUrl(): string {
  const url = new URL('/v1/queue', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

export class QueueSocket {
  private readonly url: string;
  private readonly session: Session;
  private readonly listener: QueueListener;
  private readonly timing: typeof DEFAULTS;
  private socket: WebSocket | null = null;
  private stopped = false;
  private heard = false;
  private placed = false;
  private renewed = false;
  private tries = 0;
  private readonly beganMs = Date.now();
  private error: Closed['error'] = null;
  private readonly timers: { heartbeat?: Timer; silence?: Timer; again?: Timer } = {};

  constructor(url: string, session: Session, listener: QueueListener, timing: Partial<typeof DEFAULTS> = {}) {
    this.url = url;
    this.session = session;
    this.listener = listener;
    this.timing = { ...DEFAULTS, ...timing };
    session.freshen();
    void this.connect();
  }

  /** Send, if there is a socket that has said hello; what a lost one missed, the next hello makes good. */
  send(message: ClientMessage): boolean {
    if (!this.heard || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** The network may be back, or another one: do not sit out the pause, nor trust the socket without an answer. */
  hurry(): void {
    if (this.timers.again !== undefined) this.connectAfter(0);
    else if (this.send({ type: 'heartbeat' })) this.awaitMessage(this.timing.answerMs);
  }

  /** Leave the queue or the call, and close. */
  close(): void {
    this.stopped = true;
    const { socket } = this;
    this.drop();
    clearTimeout(this.timers.again);
    if (!socket) return;
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'leave' } satisfies ClientMessage));
    socket.close(1000);
  }

  private async connect(): Promise<void> {
    delete this.timers.again;
    let token: string;
    try {
      token = await this.session.token();
    } catch (error) {
      if (!this.stopped) this.onNoSession(error instanceof Fault ? error : new Fault('internal'));
      return;
    }
    if (this.stopped) return;
    const socket = (this.socket = new WebSocket(this.url));
    // A handler of a socket that was replaced has nothing to say any more.
    const current = <E>(handle: (event: E) => void) => (event: E): void => {
      if (this.socket === socket) handle(event);
    };
    socket.onopen = current(() => this.onOpen(socket, token));
    socket.onmessage = current(({ data }: MessageEvent) => this.onText(data));
    socket.onclose = current(({ code }: CloseEvent) => this.onClose(code));
    // Some implementations report a refused connection as an error without a close.
    socket.onerror = current(() => socket.readyState !== WebSocket.OPEN && this.onClose(1006));
    this.awaitMessage();
  }

  private onOpen(socket: WebSocket, token: string): void {
    const callId = this.listener.callId();
    const prefs = this.listener.prefs();
    const hello: ClientMessage = { type: 'hello', token, prefs, ...(callId && { call_id: callId }) };
    socket.send(JSON.stringify(hello));
    this.timers.heartbeat = setInterval(() => this.send({ type: 'heartbeat' }), this.timing.heartbeatMs);
  }

  private onText(data: unknown): void {
    const message = readServerMessage(data);
    this.awaitMessage();
    if (!message) return;
    if (message.type === 'error') {
      this.error = { code: message.code, retryAfterS: message.retry_after ?? null };
      return;
    }
    this.tries = 0;
    this.renewed = false;
    if (!this.heard) {
      this.heard = true;
      this.listener.online();
    }
    if (message.type === 'waiting' || message.type === 'matched') this.placed = true;
    if (message.type === 'session') this.session.renew(message);
    else if (message.type !== 'heartbeat') this.listener.message(message);
  }

  private onClose(code: number): void {
    const closed: Closed = { code, error: this.error };
    this.drop();
    const progress = { inCall: this.listener.callId() !== null, placed: this.placed, renewed: this.renewed };
    const verdict = judgeClose(closed, progress);
    if ('fault' in verdict) {
      this.give(verdict.fault);
      return;
    }
    if (verdict.again === 'with_new_session') {
      this.renewed = true;
      this.session.forget();
    }
    this.retry(verdict.again === 'later' ? verdict.afterS * 1000 : 0);
  }

  private onNoSession(fault: Fault): void {
    const waits = fault.code === 'offline' || this.placed || this.listener.callId() !== null;
    if (waits) this.retry((fault.retryAfterS ?? 0) * 1000);
    else this.give(fault);
  }

  private retry(leastMs: number): void {
    if (!this.placed && Date.now() - this.beganMs > this.timing.patienceMs) {
      this.give(new Fault('offline'));
      return;
    }
    this.listener.offline();
    const backOffMs = Math.min(this.timing.backOffMaxMs, this.timing.backOffMs * 2 ** this.tries++);
    this.connectAfter(Math.max(leastMs, backOffMs * (0.5 + Math.random() / 2)));
  }

  private connectAfter(ms: number): void {
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => void this.connect(), ms);
  }

  private give(fault: Fault): void {
    this.stopped = true;
    this.listener.fault(fault);
  }

  private awaitMessage(ms = this.timing.silenceMs): void {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => {
      this.socket?.close(4000);
      this.onClose(1006);
    }, ms);
  }

  private drop(): void {
    clearInterval(this.timers.heartbeat);
    clearTimeout(this.timers.silence);
    this.socket = null;
    this.heard = false;
    this.error = null;
  }
}
