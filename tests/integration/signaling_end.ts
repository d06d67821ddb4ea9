/** The page's signaling as a process: commands in and deliveries out, one JSON value a line. For tests. */

import { createInterface } from 'node:readline';

import { Signaling } from '../../web/src/call/signaling.ts';

type Command = { send: number } | { renew: string } | { close: true };

const [url = '', key = '', topic = '', token = ''] = process.argv.slice(2);
const say = (value: unknown): void => console.log(JSON.stringify(value));
const signaling = new Signaling(topic, { url, key, token }, {
  joined: () => say('joined'),
  message: ({ data }) => say(data['generation']),
});

signaling.open();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  if ('send' in command) signaling.send({ kind: 'end_of_candidates', generation: command.send });
  else if ('renew' in command) signaling.renew({ url, key, token: command.renew });
  else signaling.close();
}
process.exit(0);
