/**
 * The partner's voice: one <audio> element for all calls, made inside a gesture so that it may play. From a bot to a
 * person there is another for a moment, so that the one is heard until the other is.
 */

export class Playback {
  /** The browser wants another tap first. */
  onBlocked: () => void = () => undefined;
  private element: HTMLAudioElement | null = null;
  private last: HTMLAudioElement | null = null;

  /** Call it inside the person's gesture. */
  prepare(): void {
    if (this.element) return;
    this.element = document.createElement('audio');
    this.element.autoplay = true;
    this.element.setAttribute('playsinline', '');
    document.body.append(this.element);
  }

  play(stream: MediaStream): void {
    this.prepare();
    if (this.element) this.element.srcObject = stream;
    this.resume();
  }

  /** Begin again with the same voice: after an interruption some browsers play on only so. Call it inside a gesture. */
  replay(): void {
    if (this.element?.srcObject) this.play(this.element.srcObject as MediaStream);
  }

  resume(): void {
    this.element?.play().catch((error: unknown) => {
      // An AbortError only says that another stream took its place.
      if (error instanceof Error && error.name === 'NotAllowedError') this.onBlocked();
    });
  }

  /** What plays goes on until `hush`; what comes is played beside it. */
  beside(): void {
    this.hush();
    this.last = this.element;
    this.element = null;
    this.prepare();
  }

  hush(): void {
    if (!this.last) return;
    this.last.srcObject = null;
    this.last.remove();
    this.last = null;
  }

  stop(): void {
    this.hush();
    if (this.element) this.element.srcObject = null;
  }
}
