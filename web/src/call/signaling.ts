/** The reliable session on the call's channel: drives the pure machine with real time. */

import type { Grant } from '../caller/wire.ts';
import { Channel } from './channel.ts';
import { toMessage } from './messages.ts';
import type { Signal } from './messages.ts';
import { Reliable } from './reliable.ts';
import type { Message } from './reliable.ts';

export interface SignalingListener {
  /** The channel is joined, for the first time or again. */
  joined(): void;
  message(message: Message): void;
}

/** 64 random bits as hexadecimal digits. */
function randomEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const now = (): number => Math.floor(performance.now());

export class Signaling {
  private readonly machine = new Reliable(randomEpoch(), Math.random);
  private readonly channel: Channel;
  private readonly listener: SignalingListener;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(topic: string, grant: Grant, listener: SignalingListener) {
    this.listener = listener;
    this.channel = new Channel(topic, grant, {
      joined: () => {
        this.machine.join(now());
        this.pump();
        listener.joined();
      },
      parted: () => {
        this.machine.part();
        this.pump();
      },
      payload: (payload) => this.onPayload(payload),
    });
  }

  open(): void {
    this.channel.open();
  }

  send(signal: Signal): void {
    const { kind, data } = toMessage(signal);
    this.machine.send(kind, data, now());
    this.pump();
  }

  renew(grant: Grant): void {
    this.channel.renew(grant);
  }

  /** The path of the call is broken, and perhaps that to the server with it; so many times in a row. */
  doubt(times: number): void {
    this.channel.doubt(times);
  }

  /** Say goodbye once, as well as one frame can, and close. */
  close(): void {
    clearTimeout(this.timer);
    const { kind, data } = toMessage({ kind: 'bye' });
    this.machine.send(kind, data, now());
    const frame = this.machine.poll(Number.MAX_SAFE_INTEGER);
    if (frame) this.channel.send(frame);
    this.machine.part();
    this.channel.close();
  }

  private onPayload(payload: unknown): void {
    const messages = this.machine.receive(payload, now());
    this.pump();
    for (const message of messages) this.listener.message(message);
  }

  /** Send what is due, and come back when the next is. */
  private pump(): void {
    clearTimeout(this.timer);
    for (let frame = this.machine.poll(now()); frame; frame = this.machine.poll(now())) this.channel.send(frame);
    const deadline = this.machine.deadline;
    if (deadline !== null) this.timer = setTimeout(() => this.pump(), Math.max(1, deadline - now()));
  }
}
