/**
 * Which ICE restart is due, and what to do with the partner's (RFC 8445 section 9). Pure.
 *
 * A restart is a generation of connection parameters, and both ends need one. Whoever restarts offers the next
 * generation, the other end follows with an offer of the same number, and each takes the other's as the answer to its
 * own. The higher number counts, so that two ends that restart at once meet in one generation.
 */

/** Without a packet for so long, restarts and all, the call is over. */
const GIVE_UP_MS = 25_000;
/** From one attempt to the next: time for a relay to answer, a message to pass and the checks on a slow line. */
const PAUSES_MS = [2500, 4000, 5000] as const;
/** What a call may cost in allocations, whoever asks for them. */
const MAX_RESTARTS = 64;
/** No partner needs more than one in this time, and one who asks for them without end is followed at this pace. */
const PACE_MS = 1000;

/** `follow`: offer the same generation, then describe the partner's. */
export type Answer = 'describe' | 'follow' | null;

export class Restarts {
  private offered = 0;
  private described = 0;
  private wanted = false;
  private troubleMs: number | null = null;
  private tries = 0;
  private againMs = 0;
  private notBeforeMs = 0;

  /** The path is in doubt since now, if it was not before. */
  trouble(nowMs: number): void {
    this.forgive(nowMs);
    this.troubleMs ??= nowMs;
  }

  /** Packets arrive again. */
  calm(): void {
    this.troubleMs = null;
    this.tries = 0;
  }

  /** Restart without any trouble: the old path serves until the new one is there. */
  want(): void {
    this.wanted = true;
  }

  /** Whether it has been in vain for too long. */
  lost(nowMs: number): boolean {
    return this.troubleMs !== null && nowMs - this.troubleMs >= GIVE_UP_MS;
  }

  /** How often in a row it was tried without success. */
  get attempts(): number {
    return this.tries;
  }

  /** Whether a newer generation makes this one useless; the first is what all others build on. */
  outdates(generation: number): boolean {
    return generation > 0 && generation < this.offered;
  }

  /** One is about to be made; returns how long it has to wait, in ms. */
  pause(nowMs: number): number {
    const startMs = Math.max(nowMs, this.notBeforeMs);
    this.notBeforeMs = startMs + PACE_MS;
    return startMs - nowMs;
  }

  /** The generation to offer now, once; null: none is due. */
  due(nowMs: number): number | null {
    const asked = this.wanted || this.troubleMs !== null;
    if (!asked || nowMs < this.againMs || this.offered >= MAX_RESTARTS) return null;
    this.begin(nowMs);
    return ++this.offered;
  }

  /** The partner's parameters of this generation have come; what to do with them. */
  receive(generation: number, nowMs: number): Answer {
    if (generation <= this.described || generation < this.offered) return null;
    if (generation > this.offered + 1 || generation > MAX_RESTARTS) return null;
    const follows = generation > this.offered;
    if (follows) this.begin(nowMs);
    this.offered = this.described = generation;
    return follows ? 'follow' : 'describe';
  }

  /** A restart that had its time, and left no trouble, was not in vain. */
  private forgive(nowMs: number): void {
    if (this.troubleMs === null && nowMs >= this.againMs) this.tries = 0;
  }

  private begin(nowMs: number): void {
    this.wanted = false;
    this.forgive(nowMs);
    this.againMs = nowMs + PAUSES_MS[Math.min(this.tries, PAUSES_MS.length - 1)]!;
    this.tries++;
  }
}
