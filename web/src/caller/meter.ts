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

  read(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return levelOf(Math.sqrt(this.samples.reduce((sum, sample) => sum + sample * sample, 0) / SIZE));
  }

  close(): void {
    this.source.disconnect();
  }
}
