/** What travels in the reliable session, by kind. Pure. Unknown kinds are for a later version and are skipped. */

import { hasShape, isInteger, matches, MAX_GENERATION, readCandidate, readParameters } from './parameters.ts';
import type { Candidate, Parameters } from './parameters.ts';
import type { Message } from './reliable.ts';

// The last digit of base64url carries bits beyond the last byte; one value has one spelling only where they are 0.
const COMMITMENT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const NONCE = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export type Signal =
  | { kind: 'parameters'; parameters: Parameters }
  | { kind: 'candidate'; candidate: Candidate }
  | { kind: 'end_of_candidates'; generation: number }
  /** SHA-256 and 16 bytes, base64url; see `sas.ts`. */
  | { kind: 'commitment'; commitment: string }
  | { kind: 'reveal'; nonce: string }
  | { kind: 'mute'; muted: boolean }
  | { kind: 'bye' };

/** The signal in a delivered message, or null where it is unknown or malformed. `allowLocal`: see `readCandidate`. */
export function readSignal({ kind, data }: Message, allowLocal: boolean): Signal | null {
  switch (kind) {
    case 'parameters': {
      const parameters = readParameters(data);
      return parameters && { kind, parameters };
    }
    case 'candidate': {
      const candidate = readCandidate(data, allowLocal);
      return candidate && { kind, candidate };
    }
    case 'end_of_candidates': {
      if (!hasShape(data, ['generation'])) return null;
      const generation = data['generation'];
      return isInteger(generation, 0, MAX_GENERATION) ? { kind, generation } : null;
    }
    case 'commitment': {
      if (!hasShape(data, ['commitment'])) return null;
      const commitment = data['commitment'];
      return matches(commitment, COMMITMENT) ? { kind, commitment } : null;
    }
    case 'reveal': {
      if (!hasShape(data, ['nonce'])) return null;
      const nonce = data['nonce'];
      return matches(nonce, NONCE) ? { kind, nonce } : null;
    }
    case 'mute': {
      if (!hasShape(data, ['muted'])) return null;
      const muted = data['muted'];
      return typeof muted === 'boolean' ? { kind, muted } : null;
    }
    case 'bye':
      return hasShape(data, []) ? { kind } : null;
    default:
      return null;
  }
}

export function toMessage(signal: Signal): Message {
  switch (signal.kind) {
    case 'parameters':
      return { kind: signal.kind, data: { ...signal.parameters } };
    case 'candidate':
      return { kind: signal.kind, data: { ...signal.candidate } };
    case 'end_of_candidates':
      return { kind: signal.kind, data: { generation: signal.generation } };
    case 'commitment':
      return { kind: signal.kind, data: { commitment: signal.commitment } };
    case 'reveal':
      return { kind: signal.kind, data: { nonce: signal.nonce } };
    case 'mute':
      return { kind: signal.kind, data: { muted: signal.muted } };
    case 'bye':
      return { kind: signal.kind, data: {} };
  }
}
