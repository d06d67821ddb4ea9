/** The anonymous session: one token, kept in memory only. */

import { errorCode, Fault } from './fault.ts';

const PATH = '/v1/session';
/** A token must last for a call of the longest kind and some waiting before it. */
const LEAST_LEFT_S = 3600 + 600;
const TIMEOUT_MS = 8000;

interface Token {
  token: string;
  expires_at: number;
}

interface Problem {
  code?: unknown;
  retry_after?: unknown;
}

export class Session {
  private readonly path: string;
  private current: Token | null = null;

  constructor(path: string = PATH) {
    this.path = path;
  }

  /** @throws Fault There is none to be had; `offline` where the service was not reached. */
  async token(): Promise<string> {
    this.current ??= await this.open();
    return this.current.token;
  }

  /** Let an old token go, before a new place in the queue: a place and a call belong to the session that got them. */
  freshen(): void {
    if (this.current && this.current.expires_at - Date.now() / 1000 < LEAST_LEFT_S) this.forget();
  }

  /** The server refuses this token. */
  forget(): void {
    this.current = null;
  }

  private async open(): Promise<Token> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.path, { method: 'POST', cache: 'no-store', signal })
      .catch(() => { throw new Fault('offline'); });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return body as Token;
    const { code, retry_after } = (body ?? {}) as Problem;
    throw new Fault(errorCode(code), typeof retry_after === 'number' ? retry_after : null);
  }
}
