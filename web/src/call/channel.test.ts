/** The channel's official client against a real WebSocket server on loopback that speaks just enough Phoenix. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { WebSocket as Accepted } from 'ws';

import { Channel } from './channel.ts';

type Push = [joinRef: string | null, ref: string, topic: string, event: string, payload: unknown];
const TOPIC = `call-${'A'.repeat(22)}`;
/** In ms, for the first doubt and for the third in a row; see `Channel.doubt`. */
const [PATIENCE, PATIENCE_THIRD] = [500, 2000];

class Hub {
  answers = true;
  readonly sockets: WebSocketServer;
  private readonly server = createServer();

  constructor() {
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on('connection', (socket) => {
      socket.on('message', (data: unknown) => this.reply(socket, JSON.parse(String(data)) as Push));
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const client of this.sockets.clients) client.terminate();
    this.sockets.close();
    this.server.close();
  }

  private reply(socket: Accepted, [joinRef, ref, topic, event]: Push): void {
    if (!this.answers) return;
    const response = event === 'phx_join' ? { postgres_changes: [] } : {};
    socket.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'ok', response }]));
    // Whoever hears this has handled the reply before it.
    socket.send(JSON.stringify([null, null, `realtime:${TOPIC}`, 'broadcast', { event: 's', payload: { event } }]));
  }
}

/** A joined channel, whose timers run only when the test says so. */
async function joined(t: TestContext): Promise<{ hub: Hub; channel: Channel; heard: string[] }> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const hub = new Hub();
  const url = await hub.listen();
  const heard: string[] = [];
  const channel = await new Promise<Channel>((resolve) => {
    const made = new Channel(TOPIC, { url, key: 'key', token: 'token' }, {
      joined: () => { heard.push('joined'); resolve(made); },
      parted: () => heard.push('parted'),
      payload: (payload) => heard.push((payload as { event: string }).event),
    });
    made.open();
  });
  t.after(() => {
    channel.close();
    hub.close();
  });
  return { hub, channel, heard };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('channel: a socket in doubt that answers is kept', async (t) => {
  const { channel, heard } = await joined(t);
  channel.doubt(1);
  await until(() => heard.includes('heartbeat'));
  t.mock.timers.tick(PATIENCE_THIRD);
  assert.ok(!heard.includes('parted'));
});

test('channel: one that does not answer is replaced, and joined again', async (t) => {
  const { hub, channel, heard } = await joined(t);
  hub.answers = false;
  channel.doubt(1);
  t.mock.timers.tick(PATIENCE - 1);
  assert.ok(!heard.includes('parted'));
  t.mock.timers.tick(1);
  assert.ok(heard.includes('parted'));
  hub.answers = true;
  t.mock.timers.tick(1);
  await until(() => heard.lastIndexOf('joined') > heard.indexOf('parted'));
});

test('channel: doubted again and again it is given longer, so that a slow line has an end of it', async (t) => {
  const { hub, channel, heard } = await joined(t);
  hub.answers = false;
  channel.doubt(3);
  t.mock.timers.tick(PATIENCE_THIRD - 1);
  assert.ok(!heard.includes('parted'));
  t.mock.timers.tick(1);
  assert.ok(heard.includes('parted'));
});
