/** The way to the safety words: drives the exchange of commitments and nonces with real dice and real hashes. */

import type { Matched } from '../caller/wire.ts';
import { begin, exchange } from './commitment.ts';
import type { Exchange, ExchangeEvent, Step } from './commitment.ts';
import type { SafetyListener, SafetySignal } from './safety.ts';
import { commitmentOf, nonceFrom, wordsOf } from './sas.ts';
import type { End } from './sas.ts';

export class Verification {
  private readonly match: Pick<Matched, 'call_id' | 'side'>;
  private readonly listener: SafetyListener;
  private state: Exchange;
  private closed = false;

  /** `fingerprint`: our own certificate's. */
  constructor(match: Pick<Matched, 'call_id' | 'side'>, fingerprint: string, listener: SafetyListener) {
    this.match = match;
    this.listener = listener;
    this.state = begin({ fingerprint, nonce: nonceFrom() });
    void commitmentOf(this.state.own).then((commitment) => this.take({ type: 'commit', commitment }));
  }

  /** This fingerprint goes into the remote description, now or again: the browser holds DTLS to it. */
  describe(fingerprint: string): void {
    this.take({ type: 'describe', fingerprint });
  }

  receive(signal: SafetySignal): void {
    if (signal.kind === 'commitment') this.take({ type: 'commitment', commitment: signal.commitment });
    else this.take({ type: 'reveal', nonce: signal.nonce });
  }

  close(): void {
    this.closed = true;
  }

  private take(event: ExchangeEvent): void {
    if (this.closed) return;
    const [state, steps] = exchange(this.state, event);
    this.state = state;
    for (const step of steps) this.perform(step);
  }

  private perform(step: Step): void {
    const { own: { commitment, nonce } } = this.state;
    switch (step) {
      case 'commit': return this.listener.send({ kind: 'commitment', commitment: commitment! });
      case 'reveal': return this.listener.send({ kind: 'reveal', nonce });
      case 'compare': return void this.compare();
      case 'derive': return void this.derive();
      case 'violate':
        this.close();
        return this.listener.violated();
    }
  }

  private async compare(): Promise<void> {
    const kept = (await commitmentOf(this.partner)) === this.state.partner.commitment;
    this.take({ type: 'verdict', kept });
  }

  private async derive(): Promise<void> {
    const { own } = this.state;
    const ends = this.match.side === 'a' ? { a: own, b: this.partner } : { a: this.partner, b: own };
    const words = await wordsOf(this.match.call_id, ends);
    if (!this.closed) this.listener.words(words);
  }

  private get partner(): End {
    const { fingerprint, nonce } = this.state.partner;
    return { fingerprint: fingerprint!, nonce: nonce! };
  }
}
