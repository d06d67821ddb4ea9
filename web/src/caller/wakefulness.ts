/** Keeps the screen on during a call: a phone that locks itself may silence the microphone. A wish, never a condition. */

export class Wakefulness {
  private wanted = false;
  private asking = false;
  private held: WakeLockSentinel | null = null;

  constructor() {
    // The browser lets go of the lock whenever the page is hidden.
    document.addEventListener('visibilitychange', () => void this.request());
  }

  hold(): void {
    this.wanted = true;
    void this.request();
  }

  release(): void {
    this.wanted = false;
    void this.held?.release();
    this.held = null;
  }

  private async request(): Promise<void> {
    if (!this.wanted || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    if (this.asking || this.held?.released === false) return;
    this.asking = true;
    const lock = await navigator.wakeLock.request('screen').catch(() => null);
    this.asking = false;
    if (this.wanted) this.held = lock;
    else void lock?.release();
  }
}
