/** What a closed queue socket means. Pure. */

import { errorCode, Fault } from './fault.ts';

export interface Closed {
  /** RFC 6455 section 7.4; 1006 where the connection just broke. */
  code: number;
  /** The last `error` message before it, if there was one. */
  error: { code: string; retryAfterS: number | null } | null;
}

/** How far this page has come. */
export interface Progress {
  inCall: boolean;
  /** The server has given us a place in this run. */
  placed: boolean;
  /** A new session was already tried since the last good message. */
  renewed: boolean;
}

export type Verdict = { again: 'now' | 'with_new_session' } | { again: 'later'; afterS: number } | { fault: Fault };

const AGAIN: Verdict = { again: 'later', afterS: 0 };
/** What passes by itself, so that a page with a place or a call waits for it. */
const PASSING: ReadonlySet<string> = new Set(['queue_unavailable', 'server_full', 'unavailable']);

export function judgeClose({ code, error }: Closed, { inCall, placed, renewed }: Progress): Verdict {
  const retryAfterS = error?.retryAfterS ?? null;
  switch (code) {
    case 4401:
      return renewed ? { fault: new Fault('unauthorized') } : { again: 'with_new_session' };
    case 4409:
      return { fault: new Fault('superseded') };
    case 4400:
    case 4403:
    case 4413:
      return { fault: new Fault('internal') };
    case 4429:
      return inCall ? { again: 'later', afterS: retryAfterS ?? 5 } : { fault: new Fault('rate_limited', retryAfterS) };
    case 4500:
    case 4503: {
      const waits = inCall || (placed && error !== null && PASSING.has(error.code));
      if (waits) return { again: 'later', afterS: retryAfterS ?? 1 };
      return { fault: new Fault(errorCode(error?.code), retryAfterS) };
    }
    case 1012:
      return { again: 'now' };
    default:
      return AGAIN;
  }
}
