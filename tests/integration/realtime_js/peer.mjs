/**
 * The unmodified @supabase/realtime-js in Node, driven line by line.
 *
 *     node peer.mjs <base URL> <publishable key> <how long it waits for answers, s>
 *
 * Commands come as JSON lines on standard input, `{"do": …}`; what happens goes out as JSON lines `[kind, value]`.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { RealtimeClient } = require('@supabase/realtime-js');

const [url, apikey, patience] = process.argv.slice(2);
const timeout = patience * 1000;
// Node's own WebSocket never fires `close` after a refused connection, on which the client's reconnect waits.
const client = new RealtimeClient(url, {
  params: { apikey }, timeout, heartbeatIntervalMs: timeout, reconnectAfterMs: () => 500, transport: require('ws'),
});
const tell = (kind, value) => process.stdout.write(`${JSON.stringify([kind, value])}\n`);
let channel = null;

const commands = {
  setAuth: async ({ token }) => {
    await client.setAuth(token);
    tell('authorized', null);
  },
  join({ topic, ...config }) {
    channel = client.channel(topic, { config: { private: true, broadcast: { ack: true, self: false }, ...config } });
    channel.on('broadcast', { event: '*' }, ({ event, payload }) => tell('heard', { event, payload }));
    channel.on('system', {}, ({ status, message }) => tell('system', { status, message }));
    channel.subscribe((status, error) => tell('status', { status, error: error?.message ?? null }));
  },
  prepare({ topic }) {
    channel = client.channel(topic, { config: { private: true } });
  },
  send: async ({ event, payload }) => tell('sent', await channel.send({ type: 'broadcast', event, payload })),
  httpSend: async ({ event, payload }) =>
    tell('sent', await channel.httpSend(event, payload).catch((error) => error.message)),
  flood({ event, payload, count }) {
    for (let n = 0; n < count; n += 1) void channel.send({ type: 'broadcast', event, payload });
  },
  leave: () => client.removeChannel(channel),
};

tell('ready', null);
for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line);
  void commands[name](given);
}
process.exit(0);
