import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { hasBots } from './service.ts';

const answers: [string, boolean][] = [
  ['{"bots":true}', true], ['{"bots":false}', false], ['{}', true], ['null', true], ['gone', true],
];
for (const [body, expected] of answers) {
  test(`a service that says ${body} has ${expected ? 'bots, as far as the page knows' : 'no bots'}`, async () => {
    const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;

    assert.equal(await hasBots(`http://127.0.0.1:${port}/v1/service`), expected);

    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await hasBots(`http://127.0.0.1:${port}/v1/service`), true, 'out of reach');
  });
}
