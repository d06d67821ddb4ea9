/** The anonymous session: one token, kept in memory only. */

import { errorCode, Fault } from './fault.ts';

const PATH = '/v1/session';
const TIMEOUT_MS = 8000;

interface Token {
  token: string;
  /** So long, from when it came, it is sure to outlast the wait and the call that begin with it; s. */
  fresh_s: number;
}

interface Problem {
  code?: unknown;
  retry_after?: unknown;
}

export class Session {
  private readonly path: string;
  private current: Token | null = null;
  /** By the wall clock, which goes on while the machine sleeps. */
  private cameMs = 0;

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
    if (this.current && Date.now() - this.cameMs >= this.current.fresh_s * 1000) this.forget();
  }

  /** The server gives another token of the same caller. */
  renew(token: Token): void {
    this.current = token;
    this.cameMs = Date.now();
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
    if (response.ok) {
      this.cameMs = Date.now();
      return body as Token;
    }
    const { code, retry_after } = (body ?? {}) as Problem;
    throw new Fault(errorCode(code), typeof retry_after === 'number' ? retry_after : null);
  }
}
