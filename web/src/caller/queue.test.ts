/** The queue's socket against a real WebSocket server and a real HTTP server on loopback. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { WebSocketServer } from 'ws';
import type { WebSocket as Accepted } from 'ws';

import type { Fault } from './fault.ts';
import { QueueSocket } from './queue.ts';
import { Session } from './session.ts';
import type { ServerMessage } from './wire.ts';

// Patient, because a busy machine is no silent one; the tests of impatience bring their own.
const TIMING = { heartbeatMs: 30, silenceMs: 10_000, backOffMs: 10, backOffMaxMs: 20, patienceMs: 10_000 };
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

interface Sessions { count: number; status: number; freshS: number; refuse?: object }
interface Guest { socket: Accepted; texts: string[]; hello: Record<string, unknown> }

/** A server that gives sessions t1, t2, … and lets the test play the queue. */
async function listen(): Promise<{ base: string; sockets: WebSocketServer; sessions: Sessions }> {
  const sessions: Sessions = { count: 0, status: 201, freshS: 10_200 };
  const server: Server = createServer((_, response) => {
    sessions.count++;
    response.writeHead(sessions.status, { 'content-type': 'application/json' });
    const session = { token: `t${sessions.count}`, expires_at: Date.now() / 1000 + 14_400, fresh_s: sessions.freshS };
    response.end(JSON.stringify(sessions.refuse ?? session));
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    server.close();
    server.closeAllConnections();
  });
  return { base: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, sessions };
}

class Page {
  readonly events: string[] = [];
  readonly faults: Fault[] = [];
  callId: string | null = null;
  readonly queue: QueueSocket;

  constructor(
    base: string, timing: Partial<typeof TIMING> & { answerMs?: number } = TIMING,
    session = new Session(`http://${base}/v1/session`),
  ) {
    const listener = {
      message: ({ type }: ServerMessage) => this.events.push(type),
      offline: () => this.events.push('offline'),
      online: () => this.events.push('online'),
      fault: (fault: Fault) => this.faults.push(fault),
      prefs: () => ({ languages: ['en'], interests: [], bots: true }),
      callId: () => this.callId,
    };
    this.queue = new QueueSocket(`ws://${base}`, session, listener, timing);
    closing.push(() => this.queue.close());
  }

  /** Wait until the page has seen these events, in this order. */
  async sees(...events: string[]): Promise<void> {
    await until(() => this.events.join().includes(events.join()), () => `${events.join()} in ${this.events.join()}`);
  }
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 5000; !holds();) {
    if (Date.now() > end) assert.fail(`waited for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function accept(sockets: WebSocketServer): Promise<Guest> {
  const [socket] = (await once(sockets, 'connection')) as [Accepted];
  const texts: string[] = [];
  socket.on('message', (data: unknown) => texts.push(String(data)));
  await until(() => texts.length > 0, () => 'hello');
  return { socket, texts, hello: JSON.parse(texts[0]!) as Record<string, unknown> };
}

const say = (socket: Accepted, message: ServerMessage): void => socket.send(JSON.stringify(message));
const WAITING: ServerMessage = { type: 'waiting', position: 1 };

test('queue: hello comes first, then messages are passed on and heartbeats kept up', async () => {
  const { base, sockets } = await listen();
  const accepting = accept(sockets);
  const page = new Page(base);
  const { socket, texts, hello } = await accepting;
  assert.deepEqual(hello, { type: 'hello', token: 't1', prefs: { languages: ['en'], interests: [], bots: true } });
  assert.equal(page.queue.send({ type: 'ready' }), false, 'nothing is sent before the server has answered');
  say(socket, WAITING);
  await page.sees('online', 'waiting');
  assert.equal(page.queue.send({ type: 'ready' }), true);
  await until(() => texts.includes('{"type":"ready"}') && texts.includes('{"type":"heartbeat"}'), () => texts.join());
});

test('queue: a token that the server brings is what the page comes back with', async () => {
  const { base, sockets, sessions } = await listen();
  const first = accept(sockets);
  const page = new Page(base);
  const { socket } = await first;
  say(socket, { type: 'session', token: 'longer', fresh_s: 60 });
  say(socket, WAITING);
  await page.sees('online', 'waiting');
  const second = accept(sockets);
  socket.terminate();
  assert.equal((await second).hello['token'], 'longer');
  assert.deepEqual([sessions.count, page.events.includes('session')], [1, false]);
});

test('queue: a lost socket is replaced, under the same session and for the same call', async () => {
  const { base, sockets, sessions } = await listen();
  const first = accept(sockets);
  const page = new Page(base);
  const { socket } = await first;
  say(socket, WAITING);
  await page.sees('waiting');
  page.callId = 'C';
  const second = accept(sockets);
  socket.terminate();
  const { socket: again, hello } = await second;
  assert.deepEqual([hello['token'], hello['call_id'], sessions.count], ['t1', 'C', 1]);
  say(again, { type: 'heartbeat' });
  await page.sees('waiting', 'offline', 'online');
});

test('queue: a new place has the caller of the last one, unless the token might not outlast its call', async () => {
  for (const [freshS, second] of [[10_200, 't1'], [0, 't2']] as const) {
    const { base, sockets, sessions } = await listen();
    sessions.freshS = freshS;
    const session = new Session(`http://${base}/v1/session`);
    const seen: unknown[] = [];
    for (let place = 0; place < 2; place++) {
      const accepting = accept(sockets);
      const page = new Page(base, TIMING, session);
      seen.push((await accepting).hello['token']);
      page.queue.close();
    }
    assert.deepEqual(seen, ['t1', second]);
  }
});

test('queue: a socket that says nothing counts as dead', async () => {
  const { base, sockets } = await listen();
  const first = accept(sockets);
  const page = new Page(base, { ...TIMING, silenceMs: 1000 });
  const { socket } = await first;
  say(socket, WAITING);
  await page.sees('waiting');
  const second = accept(sockets);
  await page.sees('offline');
  await second;
});

test('queue: a socket in doubt is replaced unless it answers', async () => {
  const { base, sockets } = await listen();
  const first = accept(sockets);
  const page = new Page(base, { ...TIMING, heartbeatMs: 10_000, answerMs: 500 });
  const { socket, texts } = await first;
  let replaced = 0;
  sockets.on('connection', () => replaced++);
  say(socket, WAITING);
  await page.sees('waiting');
  const heartbeat = once(socket, 'message');
  page.queue.hurry();
  await heartbeat;
  assert.equal(texts.at(-1), '{"type":"heartbeat"}');
  say(socket, WAITING);
  await page.sees('waiting', 'waiting');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(replaced, 0, 'the one that answered stays');

  const second = accept(sockets);
  page.queue.hurry();
  await page.sees('offline');
  await second;
});

test('queue: a refused token is replaced once, then it is a fault', async () => {
  const { base, sockets } = await listen();
  const refuse = async (): Promise<unknown> => {
    const { socket, hello } = await accept(sockets);
    say(socket, { type: 'error', code: 'unauthorized', message: '' });
    socket.close(4401);
    return hello['token'];
  };
  const refusing = refuse();
  const page = new Page(base);
  assert.equal(await refusing, 't1');
  assert.equal(await refuse(), 't2');
  await until(() => page.faults.length > 0, () => 'fault');
  assert.equal(page.faults[0]?.code, 'unauthorized');
});

test('queue: a final close ends it with its code and is not tried again', async () => {
  const { base, sockets } = await listen();
  const accepting = accept(sockets);
  const page = new Page(base);
  const { socket } = await accepting;
  let again = 0;
  sockets.on('connection', () => again++);
  say(socket, { type: 'error', code: 'relay_unavailable', message: '', retry_after: 7 });
  socket.close(4503);
  await until(() => page.faults.length > 0, () => 'fault');
  assert.deepEqual([page.faults[0]?.code, page.faults[0]?.retryAfterS], ['relay_unavailable', 7]);
  await new Promise((resolve) => setTimeout(resolve, 5 * TIMING.backOffMaxMs));
  assert.equal(again, 0);
});

test('queue: closing says leave, with a normal close', async () => {
  const { base, sockets } = await listen();
  const accepting = accept(sockets);
  const page = new Page(base);
  const { socket, texts } = await accepting;
  say(socket, WAITING);
  await page.sees('waiting');
  const closed = once(socket, 'close');
  page.queue.close();
  assert.equal(((await closed) as [number])[0], 1000);
  assert.equal(texts.at(-1), '{"type":"leave"}');
});

test('queue: a service that is not there is tried for a while, then the page says so', async () => {
  const { base } = await listen();
  closing.splice(0).forEach((close) => close());
  const page = new Page(base, { ...TIMING, patienceMs: 300 });
  await until(() => page.faults.length > 0, () => 'fault');
  assert.equal(page.faults[0]?.code, 'offline');
  assert.ok(page.events.filter((event) => event === 'offline').length > 1);
});

test('queue: a refused session is a fault with the time to wait', async () => {
  const { base, sessions } = await listen();
  Object.assign(sessions, { status: 429, refuse: { code: 'rate_limited', retry_after: 30 } });
  const page = new Page(base);
  await until(() => page.faults.length > 0, () => 'fault');
  assert.deepEqual([page.faults[0]?.code, page.faults[0]?.retryAfterS], ['rate_limited', 30]);
});
