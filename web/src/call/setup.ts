/**
 * The stages from the match to the first audio, and which of them takes too long: the pure machine, and its timer.
 *
 * The partner's parameters come with the match, or through the call's channel. Where they come with the match, ICE
 * begins at once and the channel is joined meanwhile; without it no further candidate could come, so that a connection
 * that is not there by the channel's deadline has failed for want of the channel. One that is there needs none to talk.
 */

import type { Deadlines } from '../caller/wire.ts';

export type SetupStage = 'channel' | 'parameters' | 'ice' | 'audio';

export class Setup {
  private readonly deadlines: Deadlines;
  private current: SetupStage | null = 'channel';
  private joined = false;
  private readonly channelMs: number;
  private stageMs = Infinity;

  constructor(deadlines: Deadlines, nowMs: number) {
    this.deadlines = deadlines;
    this.channelMs = nowMs + deadlines.channel_s * 1000;
  }

  /** Null: the partner has been heard. */
  get stage(): SetupStage | null {
    return this.current;
  }

  /** The channel is joined, for the first time or again. */
  join(nowMs: number): void {
    if (this.joined) return;
    this.joined = true;
    if (this.current === 'channel') this.enter('parameters', this.deadlines.parameters_s, nowMs);
    // Whoever knew of us by the channel alone begins only now.
    else if (this.current === 'ice') this.enter('ice', this.deadlines.ice_s, nowMs);
  }

  /** The partner's parameters are here. */
  describe(nowMs: number): void {
    this.enter('ice', this.deadlines.ice_s, nowMs);
  }

  /** ICE and DTLS are through. */
  connect(nowMs: number): void {
    if (this.current === 'ice') this.enter('audio', this.deadlines.audio_s, nowMs);
  }

  hear(): void {
    this.current = null;
  }

  /** When `late` is to be asked again; Infinity: never. */
  get deadlineMs(): number {
    return Math.min(this.needsChannel ? this.channelMs : Infinity, this.current ? this.stageMs : Infinity);
  }

  /** The stage that has taken too long by now. */
  late(nowMs: number): SetupStage | null {
    if (this.needsChannel && nowMs >= this.channelMs) return 'channel';
    return this.current && nowMs >= this.stageMs ? this.current : null;
  }

  private get needsChannel(): boolean {
    return !this.joined && this.current !== 'audio' && this.current !== null;
  }

  private enter(stage: SetupStage, seconds: number, nowMs: number): void {
    this.current = stage;
    this.stageMs = nowMs + seconds * 1000;
  }
}

export interface SetupListener {
  stage(stage: SetupStage): void;
  late(stage: SetupStage): void;
}

const now = (): number => performance.now();

/** Drives the machine with real time. */
export class SetupClock {
  private readonly setup: Setup;
  private readonly listener: SetupListener;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deadlines: Deadlines, listener: SetupListener) {
    this.setup = new Setup(deadlines, now());
    this.listener = listener;
    this.wait();
  }

  /** Whether the partner has been heard. */
  get done(): boolean {
    return this.setup.stage === null;
  }

  step(step: 'join' | 'describe' | 'connect' | 'hear'): void {
    const { stage: before } = this.setup;
    this.setup[step](now());
    this.wait();
    const { stage } = this.setup;
    if (stage && stage !== before) this.listener.stage(stage);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private wait(): void {
    clearTimeout(this.timer);
    const { deadlineMs } = this.setup;
    if (deadlineMs === Infinity) return;
    this.timer = setTimeout(() => {
      const late = this.setup.late(now());
      if (late) this.listener.late(late);
      else this.wait();
    }, Math.max(1, deadlineMs - now()));
  }
}
