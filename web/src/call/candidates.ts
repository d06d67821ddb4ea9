/**
 * The partner's candidates until the connection can use them. Pure. `bot/candidates.py` is the twin;
 * `tests/vectors/candidates.json` holds the two together.
 *
 * addIceCandidate fails before the remote description is set (W3C WebRTC section 4.4.2), and a candidate belongs to
 * one generation of ICE credentials: those of the described generation pass, those of later ones wait, because an ICE
 * restart may fail and be tried again before it is described; older ones are late.
 */

import type { Candidate } from './parameters.ts';

/** An honest partner has one relay candidate for each TURN URL; each more would be one more address our relay opens. */
export const MAX_CANDIDATES = 4;

/** So many restarts may be tried in a row before one is described. */
const MAX_AHEAD = 8;

/** A candidate to hand to the connection, or the end of a generation's candidates. */
export type Addition = { candidate: Candidate } | { end: number };

const generationOf = (addition: Addition): number =>
  ('end' in addition ? addition.end : addition.candidate.generation);

export class CandidateBuffer {
  private described = -1;
  private readonly seen = new Map<number, Set<string>>();
  private readonly ended = new Set<number>();
  private waiting: Addition[] = [];

  /** A validated candidate has come; return what the connection is to be given now. */
  add(candidate: Candidate): Addition[] {
    const { generation, ip, port } = candidate;
    if (!this.expects(generation)) return [];
    const seen = this.seen.get(generation) ?? new Set();
    this.seen.set(generation, seen);
    if (seen.size >= MAX_CANDIDATES || seen.has(`${ip}:${port}`)) return [];
    seen.add(`${ip}:${port}`);
    return this.pass({ candidate }, generation);
  }

  /** The partner has no more candidates in this generation. */
  end(generation: number): Addition[] {
    if (!this.expects(generation) || this.ended.has(generation)) return [];
    this.ended.add(generation);
    return this.pass({ end: generation }, generation);
  }

  /** The remote description of this generation is set; return what has waited for it. */
  describe(generation: number): Addition[] {
    this.described = generation;
    const released = this.waiting.filter((addition) => generationOf(addition) === generation);
    this.waiting = this.waiting.filter((addition) => generationOf(addition) > generation);
    return released;
  }

  private expects(generation: number): boolean {
    return generation >= this.described && generation <= this.described + MAX_AHEAD;
  }

  private pass(addition: Addition, generation: number): Addition[] {
    if (generation === this.described) return [addition];
    this.waiting.push(addition);
    return [];
  }
}
