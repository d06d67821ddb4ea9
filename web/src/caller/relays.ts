/** Fresh relay credentials for a running call: the server sends them in time, or when asked. */

import type { IceServer } from './wire.ts';

/** How long a restart waits for an answer; then it does with what it has. */
const ANSWER_MS = 1500;
/** From this attempt on, the credentials themselves are under suspicion: revoked, or their relay is gone. */
const SUSPECT_ATTEMPT = 2;

type Servers = readonly IceServer[];

export class Relays {
  private readonly ask: () => boolean;
  private fresh: Servers | null = null;
  private waiter: ((servers: Servers | null) => void) | null = null;

  /** `ask`: asks the server; false: it cannot be reached. */
  constructor(ask: () => boolean) {
    this.ask = ask;
  }

  /** Fresh ones have come. Returns whether nobody waited for them: then they are a reason to restart. */
  take(servers: Servers): boolean {
    const { waiter } = this;
    if (waiter) waiter(servers);
    else this.fresh = servers;
    return waiter === null;
  }

  /** What a restart is to use; null: the credentials that are in use. `attempts`: this is the how manieth in a row. */
  async forRestart(attempts: number): Promise<Servers | null> {
    const { fresh } = this;
    this.fresh = null;
    if (fresh || attempts < SUSPECT_ATTEMPT || this.waiter || !this.ask()) return fresh;
    return new Promise((resolve) => {
      const settle = (servers: Servers | null): void => {
        clearTimeout(timer);
        this.waiter = null;
        resolve(servers);
      };
      const timer = setTimeout(settle, ANSWER_MS, null);
      this.waiter = settle;
    });
  }
}
