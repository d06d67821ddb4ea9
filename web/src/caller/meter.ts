/** How loud a stream is, by an AnalyserNode. */

const SIZE = 1024;
/** Speech lies between these (dB relative to full scale). */
const QUIET_DB = -55;
const LOUD_DB = -12;

/** 0 to 1 for a root mean square amplitude. */
export function levelOf(rms: number): number {
  const db = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

let shared: AudioContext | null = null;

/**
 * Make the page's audio context run; call it inside a gesture. Nothing may wait for `resume`: without an output device
 * it never settles in Firefox.
 */
export function wakeMeters(): AudioContext {
  shared ??= new AudioContext();
  void shared.resume().catch(() => undefined);
  return shared;
}

/** The context, if it runs: one that the browser holds back plays nothing, and reads silence everywhere. */
export const runningContext = (): AudioContext | null => (shared?.state === 'running' ? shared : null);

/** A track that carries silence, as a live microphone would; null while the context does not run. */
export function silentTrack(): MediaStreamTrack | null {
  const context = runningContext();
  if (!context) return null;
  const source = new ConstantSourceNode(context, { offset: 0 });
  const destination = context.createMediaStreamDestination();
  // Without any source Chromium does not run the destination at all.
  source.connect(destination);
  source.start();
  return destination.stream.getAudioTracks()[0] ?? null;
}

export class Meter {
  private readonly source: MediaStreamAudioSourceNode;
  private readonly analyser: AnalyserNode;
  private readonly samples = new Float32Array(SIZE);

  constructor(stream: MediaStream) {
    const context = wakeMeters();
    this.analyser = new AnalyserNode(context, { fftSize: SIZE });
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(this.analyser);
  }

  /** The root mean square amplitude of the last 20 ms or so; 0 is what no microphone that works gives. */
  read(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return Math.sqrt(this.samples.reduce((sum, sample) => sum + sample * sample, 0) / SIZE);
  }

  close(): void {
    this.source.disconnect();
  }
}
