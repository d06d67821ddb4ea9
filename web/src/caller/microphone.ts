/** The one microphone track of this page; each call gets a clone of it. */

import { Fault } from './fault.ts';
import type { ErrorCode } from './types.ts';

const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['NotAllowedError', 'microphone_refused'],
  ['SecurityError', 'microphone_refused'],
  ['NotFoundError', 'microphone_absent'],
  ['OverconstrainedError', 'microphone_absent'],
  ['NotReadableError', 'microphone_busy'],
  ['AbortError', 'microphone_busy'],
]);

/** The page's code for what getUserMedia throws (W3C Media Capture section 10.2.1). */
export const microphoneCode = (error: unknown): ErrorCode =>
  (error instanceof Error && CODES.get(error.name)) || 'unsupported';

/** Without a secure context there is no `mediaDevices` at all, and nothing comes of it. */
async function capture(deviceId: string | null): Promise<MediaStream | undefined> {
  const audio: MediaTrackConstraints = {
    echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
    ...(deviceId && { deviceId: { exact: deviceId } }),
  };
  return (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia({ audio });
}

/** Another request, or a close, came before this one was through: nothing went wrong, and nobody waits for it. */
export class Voided extends Error {
  override name = 'Voided';
}

export class Microphone {
  /** What the system does to the track: it ends it (unplugged, permission withdrawn), mutes it or gives it back. */
  onEvent: (type: 'ended' | 'muted' | 'unmuted') => void = () => undefined;
  private held: MediaStreamTrack | null = null;
  /** Counts what makes an older request void. */
  private wish = 0;
  /** The request that brought what is held. */
  private granted = 0;

  /** The last one that was opened and not closed. It may have ended by itself. */
  get track(): MediaStreamTrack | null {
    return this.held;
  }

  /** The same while it lives and no other is asked for. */
  get settled(): MediaStreamTrack | null {
    return this.granted === this.wish && this.held?.readyState === 'live' ? this.held : null;
  }

  /**
   * Open the microphone anew; call it inside the person's gesture. `deviceId` is a wish, not a condition.
   *
   * @throws Fault It was refused, there is none, or another program has it.
   * @throws Voided Another request, or a close, has taken its place; whatever became of it.
   */
  async open(deviceId: string | null): Promise<MediaStreamTrack> {
    const wish = ++this.wish;
    const isVoid = (): boolean => wish !== this.wish;
    // Chromium passes over a device that is only wished for; one that is away fails as a condition.
    const stream = await capture(deviceId).catch((error: unknown) => {
      if (isVoid() || deviceId === null || microphoneCode(error) !== 'microphone_absent') throw error;
      return capture(null);
    }).catch((error: unknown) => { throw isVoid() ? new Voided() : new Fault(microphoneCode(error)); });
    const track = stream?.getAudioTracks()[0];
    if (isVoid()) {
      track?.stop();
      throw new Voided();
    }
    if (!track) throw new Fault('unsupported');
    this.hold(track);
    this.granted = wish;
    return track;
  }

  close(): void {
    this.wish++;
    this.hold(null);
  }

  private hold(track: MediaStreamTrack | null): void {
    if (this.held) {
      this.held.onended = this.held.onmute = this.held.onunmute = null;
      this.held.stop();
    }
    this.held = track;
    if (!track) return;
    track.onended = () => this.onEvent('ended');
    track.onmute = () => this.onEvent('muted');
    track.onunmute = () => this.onEvent('unmuted');
  }
}
