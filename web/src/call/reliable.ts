/**
 * Ordered, complete delivery over a channel that loses, delays, repeats and reorders. Pure: time is passed in, frames
 * are handed out by `poll`. `bot/reliable.py` is its twin; `tests/vectors/reliable.json` holds the two together.
 *
 * The channel delivers at most once and keeps nothing for a late joiner. Therefore:
 * - each end names itself by a random epoch and says hello, with back-off, until it has heard the other's;
 * - messages are numbered from 1; a frame carries the highest number received in order and what is unacknowledged;
 * - acknowledgements and messages count only in frames that name the receiver's epoch;
 * - a new epoch of the peer knows nothing: it is sent everything again, and its numbers begin at 1;
 * - frames of an epoch that was replaced are late, not new, and are ignored.
 */

export interface Message {
  kind: string;
  data: Record<string, unknown>;
}

/** `e` own epoch, `p` the peer's (or ''), `w` 1: please answer, `a` cumulative acknowledgement, `m` the messages. */
export interface Frame {
  e: string;
  p: string;
  w: 0 | 1;
  a: number;
  m: [number, string, Record<string, unknown>][];
}

/** The longest frame, in characters of compact JSON, and the most messages in one. */
export const MAX_FRAME_CHARS = 16384;
const WINDOW = 32;

const RESEND_MS = 300;
const RESEND_MAX_MS = 2000;
const ACK_MS = 80;
const COALESCE_MS = 20;
const MAX_RETIRED = 8;
/** Frames that may go out at once, and the time after which each counts no more: a partner cannot make us flood. */
const BURST = 20;
const PACE_MS = 100;
const EPOCH = /^[0-9a-f]{16}$/;
const KIND = /^[a-z_]{1,24}$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters of compact JSON; beyond all limits where nesting is too deep to be written. */
function jsonChars(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const isCount = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least;

function isEntry(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && isCount(value[0], 1) && typeof value[1] === 'string'
    && KIND.test(value[1]) && isObject(value[2]);
}

/** The frame in a payload from the channel, or null where it does not have the form. */
export function readFrame(payload: unknown): Frame | null {
  if (!isObject(payload) || Object.keys(payload).length !== 5) return null;
  const { e, p, w, a, m } = payload as { [key: string]: unknown };
  const wellFormed = typeof e === 'string' && EPOCH.test(e)
    && typeof p === 'string' && (p === '' || EPOCH.test(p))
    && (w === 0 || w === 1) && isCount(a, 0)
    && Array.isArray(m) && m.length <= WINDOW && m.every(isEntry)
    && jsonChars(payload) <= MAX_FRAME_CHARS;
  return wellFormed ? (payload as unknown as Frame) : null;
}

export class Reliable {
  readonly epoch: string;
  private readonly random: () => number;
  private joined = false;
  private peer = '';
  private readonly retired: string[] = [];
  private readonly sent: Message[] = [];
  private acked = 0;
  private received = 0;
  private readonly early = new Map<number, Message>();
  private wants = false;
  private due: number | null = null;
  private resendAt: number | null = null;
  private resendMs = RESEND_MS;
  /** When all frames sent so far count no more, in ms. */
  private pacedMs = 0;

  /** `epoch`: 64 random bits as 16 hexadecimal digits. `random`: from 0 to below 1, spreads the resends. */
  constructor(epoch: string, random: () => number) {
    this.epoch = epoch;
    this.random = random;
  }

  /** Whether the peer has acknowledged everything. */
  get settled(): boolean {
    return this.peer !== '' && this.acked === this.sent.length;
  }

  /** When `poll` has a frame to hand out next, in ms, or null: nothing is due. */
  get deadline(): number | null {
    if (!this.joined) return null;
    const wanted = this.due === null || this.resendAt === null
      ? this.due ?? this.resendAt : Math.min(this.due, this.resendAt);
    return wanted === null ? null : Math.max(wanted, this.pacedMs - BURST * PACE_MS);
  }

  /** The channel carries frames, for the first time or again. */
  join(nowMs: number): void {
    this.joined = true;
    this.wants = true;
    this.resendMs = RESEND_MS;
    this.due = nowMs;
  }

  /** The channel carries nothing for now. */
  part(): void {
    this.joined = false;
  }

  send(kind: string, data: Record<string, unknown>, nowMs: number): void {
    this.sent.push({ kind, data });
    if (this.peer !== '') this.flushBy(nowMs + COALESCE_MS);
  }

  /** Take a payload from the channel; return the messages that are now deliverable, in order. */
  receive(payload: unknown, nowMs: number): Message[] {
    const frame = readFrame(payload);
    if (frame === null || frame.e === this.epoch || this.retired.includes(frame.e)) return [];
    if (frame.e !== this.peer) this.meet(frame.e, nowMs);
    if (frame.w === 1 || frame.p !== this.epoch) this.flushBy(nowMs);
    if (frame.p !== this.epoch) return [];
    this.acknowledge(frame.a, nowMs);
    for (const [number, kind, data] of frame.m) {
      if (number > this.received && number <= this.received + WINDOW) this.early.set(number, { kind, data });
    }
    if (frame.m.length > 0) this.flushBy(nowMs + ACK_MS);
    return this.deliverable();
  }

  /** The frame that is due at this time, if one is. */
  poll(nowMs: number): Frame | null {
    const deadline = this.deadline;
    if (deadline === null || nowMs < deadline) return null;
    if (this.resendAt !== null && nowMs >= this.resendAt) {
      this.resendMs = Math.min(RESEND_MAX_MS, this.resendMs * 1.6);
    }
    const frame: Frame = {
      e: this.epoch, p: this.peer, w: this.wants || this.peer === '' ? 1 : 0, a: this.received, m: this.tail(),
    };
    this.wants = false;
    this.due = null;
    this.pacedMs = Math.max(this.pacedMs, nowMs) + PACE_MS;
    this.resendAt = this.settled ? null : nowMs + this.spread();
    return frame;
  }

  private meet(epoch: string, nowMs: number): void {
    if (this.peer !== '') this.retired.push(this.peer);
    if (this.retired.length > MAX_RETIRED) this.retired.shift();
    this.peer = epoch;
    this.acked = this.received = 0;
    this.early.clear();
    this.resendMs = RESEND_MS;
    this.flushBy(nowMs);
  }

  private acknowledge(upTo: number, nowMs: number): void {
    if (upTo <= this.acked || upTo > this.sent.length) return;
    this.acked = upTo;
    this.resendMs = RESEND_MS;
    this.resendAt = this.settled ? null : nowMs + this.spread();
  }

  private deliverable(): Message[] {
    const messages: Message[] = [];
    for (let next = this.early.get(this.received + 1); next; next = this.early.get(this.received + 1)) {
      this.early.delete(++this.received);
      messages.push(next);
    }
    return messages;
  }

  /** As many unacknowledged messages as one frame holds, oldest first. */
  private tail(): Frame['m'] {
    const entries: Frame['m'] = [];
    if (this.peer === '') return entries;
    let room = MAX_FRAME_CHARS - 256;
    for (let index = this.acked; index < this.sent.length && entries.length < WINDOW; index++) {
      const { kind, data } = this.sent[index]!;
      room -= JSON.stringify([index + 1, kind, data]).length + 1;
      if (room < 0) break;
      entries.push([index + 1, kind, data]);
    }
    return entries;
  }

  private flushBy(ms: number): void {
    this.due = this.due === null ? ms : Math.min(this.due, ms);
  }

  private spread(): number {
    return Math.floor(this.resendMs * (0.8 + 0.4 * this.random()));
  }
}
