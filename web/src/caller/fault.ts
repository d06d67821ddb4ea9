/** What stops a person on the way to a call, by its stable code. Pure. */

import type { ErrorCode } from './types.ts';

const SERVER: ReadonlySet<unknown> = new Set<ErrorCode>([
  'relay_unavailable', 'queue_unavailable', 'server_full', 'rate_limited', 'unauthorized', 'superseded',
]);

export class Fault extends Error {
  override name = 'Fault';
  readonly code: ErrorCode;
  /** In s, where another try makes sense after a known time. */
  readonly retryAfterS: number | null;

  constructor(code: ErrorCode, retryAfterS: number | null = null) {
    super(code);
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

/** The page's code for one of the server's. */
export function errorCode(code: unknown): ErrorCode {
  if (SERVER.has(code)) return code as ErrorCode;
  return code === 'unavailable' ? 'queue_unavailable' : 'internal';
}
