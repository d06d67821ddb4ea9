/** Looks at a connected peer again and again: soon for the first audio, at ease for what comes after it. */

import type { Peer } from './peer.ts';
import { readSample } from './quality.ts';
import type { Sample } from './quality.ts';

const SETUP_POLL_MS = 20;
const TALK_POLL_MS = 250;
/** A report takes time of the very threads that bring the audio: before there is any, a rare one will do. */
const LOOKS_PER_REPORT = 10;

export interface LookoutListener {
  /** The path in use does not go from relay to relay. */
  leak(): void;
  /** The partner's first audio has arrived. */
  heard(): void;
  /** From then on: the counters. */
  sample(sample: Sample): void;
}

export class Lookout {
  private readonly peer: Peer;
  private readonly listener: LookoutListener;
  private heard = false;
  private closed = false;
  private looks = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(peer: Peer, listener: LookoutListener) {
    this.peer = peer;
    this.listener = listener;
    this.wait();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private wait(): void {
    if (!this.closed) this.timer = setTimeout(() => void this.look(), this.heard ? TALK_POLL_MS : SETUP_POLL_MS);
  }

  private async look(): Promise<void> {
    if (this.heard || this.peer.hears || ++this.looks % LOOKS_PER_REPORT === 0) await this.count();
    this.wait();
  }

  private async count(): Promise<void> {
    const report = await this.peer.getStats().catch(() => null);
    if (this.closed || !report) return;
    const sample = readSample(report.values(), performance.now());
    if (sample.relayed === false) return this.listener.leak();
    if (!this.heard && (this.peer.hears || sample.packetsReceived > 0)) {
      this.heard = true;
      this.listener.heard();
    }
    if (this.heard && !this.closed) this.listener.sample(sample);
  }
}
