/** One tab at a time: a Web Lock that the calling tab holds. */

const NAME = 'sotto-call';

interface Claim {
  granted: Promise<boolean>;
  release(): void;
}

export class Tab {
  /** Another tab has taken over. */
  onStolen: () => void = () => undefined;
  private claimed: Claim | null = null;
  /** A lock that was given up is free a moment later; asked for before that, it would seem to be another tab's. */
  private freed: Promise<unknown> = Promise.resolve();

  /** Become the calling tab. Resolves to false where another one is it and `steal` is not set. */
  async claim(steal: boolean): Promise<boolean> {
    if (!('locks' in navigator)) return true;
    this.claimed ??= this.request(steal ? { steal: true } : { ifAvailable: true });
    return this.claimed.granted;
  }

  /** Let others be it, and forget what was claimed and is not granted yet. */
  free(): void {
    this.claimed?.release();
    this.claimed = null;
  }

  private request(options: LockOptions): Claim {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => { release = resolve; });
    let held = false;
    const granted = new Promise<boolean>((resolve) => {
      const hold = (lock: Lock | null): Promise<void> | null => {
        held = lock !== null;
        resolve(held);
        return lock && released;
      };
      this.freed = this.freed.then(() => navigator.locks.request(NAME, options, hold)).catch(() => {
        // A browser that gives no locks forbids nothing. A lock that is held fails only when another tab steals it.
        resolve(true);
        if (!held || this.claimed !== claim) return;
        this.claimed = null;
        this.onStolen();
      });
    });
    const claim: Claim = { granted, release };
    return claim;
  }
}
