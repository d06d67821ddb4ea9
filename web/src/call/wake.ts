/**
 * Notices that the machine has slept: whatever was connected may not be any more. Pure.
 *
 * Told by the wall clock: `performance.now()` stands still in the sleep of some systems (W3C hr-time issue 115). A clock
 * that somebody sets ahead looks the same, and costs no more than a look for a new path.
 */

/** Looks are a fraction of a second apart, also in a hidden page that has a call. */
const SLEPT_MS = 5000;

export class Wake {
  private lookedMs: number | null = null;

  /** Look at the wall clock; returns whether there was a sleep since the last look. */
  look(wallMs: number): boolean {
    const slept = this.lookedMs !== null && wallMs - this.lookedMs > SLEPT_MS;
    this.lookedMs = wallMs;
    return slept;
  }
}
