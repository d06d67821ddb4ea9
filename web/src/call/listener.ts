/** What a call tells the page. */

import type { SafetyWords, Stage } from '../caller/types.ts';
import type { IceServer } from '../caller/wire.ts';
import type { Sample } from './quality.ts';

export interface CallListener {
  stage(stage: Stage): void;
  /** The partner's first audio has arrived. */
  connected(): void;
  stream(stream: MediaStream): void;
  partnerMuted(muted: boolean): void;
  /** The path looks dead, or alive again. */
  suspect(): void;
  recovered(): void;
  /** To be compared by voice: both sides have the same, unless somebody sits between them. */
  safetyWords(words: SafetyWords): void;
  /** Somebody on the way did not keep to what they had committed to; see `Safety`. */
  violated(): void;
  /** A few times a second while talking. */
  sample(sample: Sample): void;
  /** Relay credentials for a restart, `attempts` times in a row tried; null: those in use still do. */
  servers(attempts: number): Promise<readonly IceServer[] | null>;
  /** The partner says that the call is over; the server's word counts, where it can be heard. */
  bye(): void;
  /** The call cannot come to be, or is lost. */
  failed(stage: Stage): void;
  leak(): void;
}

/** Takes no notice. */
export const DEAF: CallListener = {
  stage: () => undefined, connected: () => undefined, stream: () => undefined, partnerMuted: () => undefined,
  suspect: () => undefined, recovered: () => undefined, safetyWords: () => undefined, violated: () => undefined,
  sample: () => undefined, servers: async () => null, bye: () => undefined, failed: () => undefined,
  leak: () => undefined,
};
