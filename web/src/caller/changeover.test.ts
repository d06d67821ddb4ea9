import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Description } from '../call/parameters.ts';
import { Changeover } from './changeover.ts';
import type { Conversation } from './conversation.ts';
import { Fault } from './fault.ts';
import type { Preparation } from './preparation.ts';
import type { Event } from './types.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

const callId = 'A'.repeat(22);
const description = { parameters: {}, candidates: [] } as unknown as Description;
const free: ServerMessage & { type: 'person' } = {
  type: 'person', call_id: callId, free: true, describe: true,
  ice_servers: [{ urls: ['turn:x'], username: 'u', credential: 'c' }],
};
const gone = { ...free, free: false, ice_servers: [] };

/** A page that notes down what happens to it; connections are made as the test says. */
function scene(t: { mock: { timers: { enable(options: { apis: ['setTimeout'] }): void } } }) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log: string[] = [];
  const events: Event[] = [];
  const sent: ClientMessage[] = [];
  const made: Preparation[] = [];
  const page = { log, events, sent, made, online: true };
  const changeover = new Changeover({
    dispatch: (event) => events.push(event),
    playback: { beside: () => log.push('beside'), hush: () => log.push('hush') },
    send: (message) => page.online && sent.push(message) > 0,
    prepare: () => {
      const name = `connection ${made.length + 1}`;
      const preparation = {
        renew: async (servers: unknown[]) => {
          log.push(`${name} on ${servers.length} relay`);
          if (servers.length === 0) throw new Fault('relay_unavailable');
        },
        close: () => log.push(`${name} closed`),
      } as unknown as Preparation;
      made.push(preparation);
      return preparation;
    },
  });
  const bot = {
    retire: () => log.push('bot retired'), call: { close: () => log.push('bot closed') },
  } as unknown as Conversation;
  return Object.assign(page, { changeover, bot });
}

test('changeover: a person is offered when the connection for them stands, not before', (t) => {
  const { changeover, log, events, made } = scene(t);
  changeover.hear(free);
  assert.deepEqual([log, events], [['connection 1 on 1 relay'], []]);

  changeover.ready(made[0]!, description);

  assert.deepEqual(events, [{ type: 'person', callId, free: true }]);
});

test('changeover: whoever has gone is taken back, with the connection that was for them', (t) => {
  const { changeover, log, events, made } = scene(t);
  changeover.hear(free);
  changeover.hear(gone);
  // It was under way.
  changeover.ready(made[0]!, description);

  assert.deepEqual(log, ['connection 1 on 1 relay', 'connection 1 closed']);
  assert.deepEqual(events, [{ type: 'person', callId, free: false }]);
});

test('changeover: who is asked for and found takes the bot’s place, while that one says goodbye', (t) => {
  const { changeover, log, sent, made, bot } = scene(t);
  changeover.hear(free);
  changeover.ready(made[0]!, description);
  assert.equal(changeover.take(bot), null, 'nobody was asked for');
  changeover.ask();
  assert.deepEqual(sent, [{ type: 'switch', call_id: callId, description }]);

  assert.equal(changeover.take(bot), made[0]);

  assert.deepEqual(log.splice(0), ['connection 1 on 1 relay', 'bot retired', 'beside']);
  t.mock.timers.tick(1999);
  assert.deepEqual(log, []);
  t.mock.timers.tick(1);
  assert.deepEqual(log, ['bot closed', 'hush']);
});

test('changeover: the bot falls silent as soon as the person is heard, and at the end of it all', (t) => {
  for (const end of ['endLeaving', 'close'] as const) {
    const { changeover, log, made, bot } = scene(t);
    changeover.hear(free);
    changeover.ready(made[0]!, null);
    changeover.ask();
    changeover.take(bot);

    changeover[end]();

    assert.deepEqual(log.slice(-2), ['bot closed', 'hush']);
    t.mock.timers.reset();
  }
});

test('changeover: whoever was asked for is asked for again where the next socket tells of them again', (t) => {
  const { changeover, log, events, sent, made, bot } = scene(t);
  changeover.hear(free);
  changeover.ready(made[0]!, description);
  changeover.ask();
  sent.pop(); // into a socket that was dead
  changeover.hear(free);
  assert.deepEqual([log.at(-1), sent], ['connection 2 on 1 relay', []], 'the connection comes first');

  changeover.ready(made[1]!, description);

  assert.deepEqual(sent, [{ type: 'switch', call_id: callId, description }]);
  assert.deepEqual(events, [{ type: 'person', callId, free: true }], 'nobody is asked twice whether to switch');
  assert.equal(changeover.take(bot), made[1]);
});

test('changeover: without a socket a person is asked for once there is one, and missed if gone by then', (t) => {
  const page = scene(t);
  for (const [told, messages] of [[free, ['switch']], [gone, []]] as const) {
    const { changeover, events, sent, made } = page;
    page.online = false;
    changeover.hear(free);
    changeover.ready(made.at(-1)!, description);
    changeover.ask();
    events.length = sent.length = 0;

    page.online = true;
    changeover.hear(told);
    changeover.ready(made.at(-1)!, description);

    assert.deepEqual(sent.map(({ type }) => type), messages);
    assert.deepEqual(events, told.free ? [] : [{ type: 'person', callId, free: false }]);
    changeover.hear(gone);
  }
});

test('changeover: a person to whom no relay leads is taken back, and the bot speaks of nobody for a while', async (t) => {
  const { changeover, events, made, log, sent } = scene(t);
  changeover.hear(free);
  changeover.ready(made[0]!, description);
  changeover.ask();
  events.length = 0;

  changeover.hear({ ...free, ice_servers: [] });
  await new Promise(setImmediate);

  assert.deepEqual(events, [{ type: 'person', callId, free: false }]);
  assert.equal(log.at(-1), 'connection 2 closed');
  assert.deepEqual(sent.at(-1), { type: 'stay', call_id: callId });
});

test('changeover: whoever stays says so, and gives the connection up', (t) => {
  const { changeover, log, sent, made } = scene(t);
  changeover.hear(free);
  changeover.ready(made[0]!, description);
  changeover.stay();

  assert.deepEqual(sent, [{ type: 'stay', call_id: callId }]);
  assert.equal(log.at(-1), 'connection 1 closed');
});
