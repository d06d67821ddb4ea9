/** One tab at a time: a Web Lock that the calling tab holds. */

const NAME = 'sotto-call';

export class Tab {
  /** Another tab has taken over. */
  onStolen: () => void = () => undefined;
  private release: (() => void) | null = null;

  /** Become the calling tab. Returns false where another one is it and `steal` is not set. */
  async claim(steal: boolean): Promise<boolean> {
    if (this.release || !('locks' in navigator)) return true;
    return new Promise<boolean>((resolve) => {
      const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
      navigator.locks.request(NAME, options, (lock) => {
        resolve(lock !== null);
        return lock && new Promise<void>((release) => { this.release = release; });
      }).catch(() => {
        // The request fails only when another tab steals the lock from this one.
        this.release = null;
        this.onStolen();
      });
    });
  }

  free(): void {
    this.release?.();
    this.release = null;
  }
}
