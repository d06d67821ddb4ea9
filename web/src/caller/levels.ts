/** Feeds the meters that the view shows. */

import type { Signal } from '@preact/signals';

import { rate } from '../call/quality.ts';
import type { Sample } from '../call/quality.ts';
import { Meter, levelOf, runningContext } from './meter.ts';
import type { Meters } from './types.ts';

const TICK_MS = 100;
/** The quality is that of the last two seconds. */
const WINDOW_MS = 2000;
/** The first packets meet an empty jitter buffer, which says nothing about the line. */
const SETTLE_MS = 1000;

export const SILENT: Meters = { microphone: 0, partner: 0, quality: null };

export class Levels {
  private readonly meters: Signal<Meters>;
  private microphone: Meter | null = null;
  private partner: Meter | null = null;
  private samples: Sample[] = [];
  private firstMs: number | null = null;
  private lastSoundMs = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(meters: Signal<Meters>) {
    this.meters = meters;
  }

  /** When the microphone last gave any sound (`performance.now`); null where that cannot be measured. */
  get heardMs(): number | null {
    return this.microphone && runningContext() ? this.lastSoundMs : null;
  }

  hearMicrophone(track: MediaStreamTrack | null): void {
    this.microphone?.close();
    this.microphone = track && new Meter(new MediaStream([track]));
    this.run();
  }

  hearPartner(stream: MediaStream | null): void {
    this.partner?.close();
    this.partner = stream && new Meter(stream);
    this.samples = [];
    this.firstMs = null;
    this.meters.value = { ...this.meters.value, partner: 0, quality: null };
    this.run();
  }

  sample(sample: Sample): void {
    this.firstMs ??= sample.atMs;
    if (sample.atMs - this.firstMs < SETTLE_MS) return;
    this.samples.push(sample);
    while (this.samples.length > 2 && sample.atMs - this.samples[1]!.atMs >= WINDOW_MS) this.samples.shift();
    const first = this.samples[0]!;
    if (first !== sample) this.meters.value = { ...this.meters.value, quality: rate(first, sample) };
  }

  private run(): void {
    clearInterval(this.timer);
    if (!this.microphone && !this.partner) {
      this.meters.value = SILENT;
      return;
    }
    this.timer = setInterval(() => {
      const [microphone, partner] = [this.microphone?.read() ?? 0, this.partner?.read() ?? 0];
      if (microphone > 0) this.lastSoundMs = performance.now();
      this.meters.value = { ...this.meters.value, microphone: levelOf(microphone), partner: levelOf(partner) };
    }, TICK_MS);
  }
}
