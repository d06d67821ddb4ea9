/**
 * Tells from the count of received packets whether the path is alive. Pure.
 *
 * A living partner sends 50 packets a second, muted or not, so that a flat count means a broken path long before the
 * browser says so.
 */

const SUSPECT_MS = 1500;

export type Verdict = 'suspect' | 'recovered' | null;

export class Watch {
  private packets = 0;
  private movedMs: number | null = null;
  private suspected = false;

  /** The browser itself has doubts. Returns whether that is news. */
  suspect(): boolean {
    const news = !this.suspected;
    this.suspected = true;
    return news;
  }

  /** Take the count at this time; return what has changed. */
  see(packets: number, nowMs: number): Verdict {
    this.movedMs ??= nowMs;
    if (packets > this.packets) {
      this.packets = packets;
      this.movedMs = nowMs;
      const recovered = this.suspected;
      this.suspected = false;
      return recovered ? 'recovered' : null;
    }
    return nowMs - this.movedMs >= SUSPECT_MS && this.suspect() ? 'suspect' : null;
  }
}
