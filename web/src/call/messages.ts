/** What travels in the reliable session, by kind. Pure. Unknown kinds are for a later version and are skipped. */

import { hasShape, isInteger, MAX_GENERATION, readCandidate, readParameters } from './parameters.ts';
import type { Candidate, Parameters } from './parameters.ts';
import type { Message } from './reliable.ts';

export type Signal =
  | { kind: 'parameters'; parameters: Parameters }
  | { kind: 'candidate'; candidate: Candidate }
  | { kind: 'end_of_candidates'; generation: number }
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
    case 'mute':
      return { kind: signal.kind, data: { muted: signal.muted } };
    case 'bye':
      return { kind: signal.kind, data: {} };
  }
}
