/** What the tests use of `ws`, which is published without types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';

  export class WebSocket extends EventEmitter {
    send(data: string): void;
    close(code?: number): void;
    terminate(): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { server: Server });
    readonly clients: Set<WebSocket>;
    close(): void;
  }
}
