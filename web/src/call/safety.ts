/** A call's safety words, made by a part of the page that comes while waiting, as nobody needs it before a call. */

import type { SafetyWords } from '../caller/types.ts';
import type { Matched } from '../caller/wire.ts';
import type { Signal } from './messages.ts';
import type { Verification } from './verification.ts';

export type SafetySignal = Signal & { kind: 'commitment' | 'reveal' };

export interface SafetyListener {
  /** To be given to the partner, by whatever way. */
  send(signal: SafetySignal): void;
  words(words: SafetyWords): void;
  /** Somebody did not keep to what they had committed to: the call must end. */
  violated(): void;
}

export const loadVerification = (): Promise<typeof import('./verification.ts')> => import('./verification.ts');

export class Safety {
  private readonly made: Promise<Verification>;
  private closed = false;

  /** `fingerprint`: our own certificate's. */
  constructor(match: Pick<Matched, 'call_id' | 'side'>, fingerprint: string, listener: SafetyListener) {
    this.made = loadVerification().then(({ Verification }) => new Verification(match, fingerprint, listener));
  }

  /** This fingerprint goes into the remote description, now or again: the browser holds DTLS to it. */
  describe(fingerprint: string): void {
    this.tell((verification) => verification.describe(fingerprint));
  }

  receive(signal: SafetySignal): void {
    this.tell((verification) => verification.receive(signal));
  }

  close(): void {
    this.tell((verification) => verification.close());
    this.closed = true;
  }

  /** A call whose safety words cannot be made is one without. */
  private tell(act: (verification: Verification) => void): void {
    if (!this.closed) this.made.then(act, () => undefined);
  }
}
