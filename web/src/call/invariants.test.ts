/** What must hold for the source as a whole, whoever changes it. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url).pathname;
const sources = globSync('**/*.{ts,tsx}', { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));
const holding = (pattern: RegExp): string[] => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('invariants: one place makes peer connections, relay-only, and never changes the policy [claim relay-only]', () => {
  assert.deepEqual(holding(/new RTCPeerConnection/), ['call/peer.ts']);
  assert.deepEqual(holding(/iceTransportPolicy: 'relay'/), ['call/peer.ts']);
  assert.deepEqual(holding(/iceTransportPolicy: '(?!relay)|generateCertificate/), []);
  assert.deepEqual(holding(/setConfiguration\((?!relayOnly\()/), []);
});

test('invariants: a caller page writes nothing to the console and stores nothing but choices [claim no-trace]', () => {
  const callers = holding(/console\.\w|localStorage|sessionStorage|indexedDB|document\.cookie/)
    .filter((path) => /^(call|caller)\//.test(path));
  assert.deepEqual(callers, ['caller/kept.ts']);
});

test('invariants: remote descriptions come from the template alone', () => {
  assert.deepEqual(holding(/setRemoteDescription\(/), ['call/peer.ts']);
  assert.deepEqual(holding(/\.insertDTMF|createDataChannel|addTrack\(/), []);
});
