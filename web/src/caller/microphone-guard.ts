/** Looks after the microphone from `start` to `stop`: feeds the watch with what happens, and does what it decides. */

import { Fault } from './fault.ts';
import type { Levels } from './levels.ts';
import { silentTrack, wakeMeters } from './meter.ts';
import type { Watch, WatchEvent } from './microphone-watch.ts';
import type { Microphone } from './microphone.ts';
import type { Event, MicrophoneTrouble } from './types.ts';

interface Surroundings {
  dispatch(event: Event): void;
  /** The person's choice of a device. */
  deviceId(): string | null;
  microphone: Microphone;
  levels: Levels;
}

export interface GuardListener {
  /** Another track is to be sent from now on. */
  send(track: MediaStreamTrack): Promise<void>;
  /** What the person chose, and what the partner is to be told, who need not know whether the system did it. */
  mute(chose: boolean, shows: boolean): void;
  inCall(): boolean;
}

/** An event without its time. */
type News = WatchEvent extends infer E ? E extends WatchEvent ? Omit<E, 'nowMs'> : never : never;

type Rules = typeof import('./microphone-watch.ts');

const isSame = (one: MicrophoneTrouble | null, other: MicrophoneTrouble | null): boolean =>
  one?.kind === other?.kind && one?.tap === other?.tap;

export class MicrophoneGuard {
  private readonly around: Surroundings;
  private readonly listener: GuardListener;
  /** What decides; it follows once there is a microphone to look after. */
  private rules: Rules | null = null;
  private watch: Watch | null = null;
  private trouble: MicrophoneTrouble | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What ends with this run. */
  private run = new AbortController();
  private running = false;
  /** Counts openings: an older one is void. */
  private attempt = 0;
  /** What is sent instead of a microphone that gives nothing. */
  private silence: MediaStreamTrack | null = null;
  private muted = false;
  private sent: MediaStreamTrack | null = null;
  private permission: PermissionStatus | null = null;

  constructor(around: Surroundings, listener: GuardListener) {
    this.around = around;
    this.listener = listener;
  }

  /** Whether the system keeps the voice back. One that is only not heard may as well be a quiet person's. */
  private get silenced(): boolean {
    return this.trouble !== null && this.trouble.kind !== 'silent';
  }

  /**
   * What to send: the microphone, or silence while it gives nothing. Of a track that has ended Chromium sends no packet
   * at all, and the partner would take the line for dead.
   */
  get track(): MediaStreamTrack | null {
    return (this.silenced ? this.silence : null) ?? this.around.microphone.track;
  }

  start(): void {
    this.stop();
    this.running = true;
    this.sent = this.around.microphone.track;
    this.run = new AbortController();
    const { signal } = this.run;
    this.around.microphone.onEvent = (type) => this.see({ type });
    // Without a secure context there is no `mediaDevices`, but neither a microphone to look after.
    navigator.mediaDevices.addEventListener('devicechange', () => void this.onDevices(), { signal });
    document.addEventListener('visibilitychange', () => this.onVisible(), { signal });
    void this.followPermission(signal);
    void this.load(signal);
  }

  stop(): void {
    this.running = false;
    this.run.abort();
    this.attempt++;
    this.watch = this.trouble = null;
    this.silence?.stop();
    this.silence = null;
    clearTimeout(this.timer);
  }

  /** The person asks for the microphone; call it inside the gesture. */
  resume(): void {
    wakeMeters();
    this.see({ type: 'tap' });
  }

  /** The person's own choice, which trouble with the microphone neither undoes nor hides. */
  mute(muted: boolean): void {
    this.muted = muted;
    this.listener.mute(muted, muted || this.silenced);
  }

  private async load(signal: AbortSignal): Promise<void> {
    this.rules ??= await import('./microphone-watch.ts').catch(() => null);
    if (signal.aborted || this.watch || !this.rules) return;
    this.watch = this.rules.FINE;
    this.compare();
  }

  private see(news: News): void {
    if (!this.running) return;
    // What happened before the rules are there shows in the track.
    if (!this.rules || !this.watch) return void this.load(this.run.signal);
    const { trouble: before, silenced } = this;
    const [watch, command] = this.rules.step(this.watch, { ...news, nowMs: performance.now() });
    const trouble = this.rules.troubleOf(watch);
    this.watch = watch;
    this.trouble = trouble;
    this.schedule(watch.dueMs);
    if (!isSame(before, trouble)) this.around.dispatch({ type: 'microphone', trouble });
    if (this.silenced) this.silence ??= silentTrack();
    if (silenced !== this.silenced) this.mute(this.muted);
    this.send();
    if (command === 'open') void this.open(this.around.deviceId());
    if (command === 'give_up') this.around.dispatch({ type: 'failed', code: 'microphone_lost', retryAfterS: null });
  }

  private send(): void {
    const { track } = this;
    if (!track || track === this.sent) return;
    this.sent = track;
    // A connection that is closed meanwhile needs none.
    void this.listener.send(track).catch(() => undefined);
  }

  private schedule(dueMs: number | null): void {
    clearTimeout(this.timer);
    if (dueMs === null) return;
    this.timer = setTimeout(() => {
      this.see({ type: 'due', heardMs: this.around.levels.heardMs, inCall: this.listener.inCall() });
    }, Math.max(0, dueMs - performance.now()));
  }

  private async open(deviceId: string | null): Promise<void> {
    const attempt = ++this.attempt;
    try {
      const track = await this.around.microphone.open(deviceId);
      if (attempt !== this.attempt) return;
      this.around.levels.hearMicrophone(track);
      this.see({ type: 'opened', muted: track.muted });
    } catch (error) {
      const refused = error instanceof Fault && error.code === 'microphone_refused';
      if (attempt === this.attempt) this.see({ type: 'failed', refused });
    }
  }

  /** A page that was asleep may have missed what happened to the track. */
  private compare(): void {
    const { track } = this.around.microphone;
    if (track?.readyState === 'ended') this.see({ type: 'ended' });
    else if (track) this.see({ type: track.muted ? 'muted' : 'unmuted' });
  }

  private onVisible(): void {
    if (document.visibilityState !== 'visible') return;
    this.compare();
    this.see({ type: 'chance' });
  }

  private async onDevices(): Promise<void> {
    this.see({ type: 'chance' });
    const { signal } = this.run;
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const used = this.around.microphone.track;
    if (signal.aborted || used?.readyState !== 'live') return;
    const inputs = all.filter(({ kind }) => kind === 'audioinput');
    const granted = this.permission?.state === 'granted';
    const better = this.rules?.isBetterThere(inputs, used.getSettings(), this.around.deviceId(), granted);
    if (better) this.see({ type: 'better' });
  }

  private async followPermission(signal: AbortSignal): Promise<void> {
    // Not every browser tells it, and some know no permission of that name.
    const permissions = navigator.permissions as Permissions | undefined;
    const status = await permissions?.query({ name: 'microphone' }).catch(() => null);
    if (signal.aborted || !status) return;
    this.permission = status;
    status.addEventListener('change', () => {
      if (status.state === 'granted') this.see({ type: 'granted' });
    }, { signal });
  }
}
