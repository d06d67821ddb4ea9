import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readSignal, toMessage } from './messages.ts';
import type { Signal } from './messages.ts';

const FINGERPRINT = Array(32).fill('AB').join(':');
const PARAMETERS = {
  generation: 0, ufrag: 'aB3+', pwd: 'a'.repeat(22), fingerprint: FINGERPRINT, payload_type: 111, yields: true,
};

test('messages: every signal survives the way through a message', () => {
  const signals: Signal[] = [
    { kind: 'parameters', parameters: PARAMETERS },
    { kind: 'candidate', candidate: { generation: 0, ip: '141.101.90.1', port: 50000 } },
    { kind: 'end_of_candidates', generation: 0 },
    { kind: 'commitment', commitment: 'a'.repeat(42) + 'A' },
    { kind: 'reveal', nonce: 'a'.repeat(21) + 'A' },
    { kind: 'mute', muted: true },
    { kind: 'bye' },
  ];
  for (const signal of signals) assert.deepEqual(readSignal(toMessage(signal), false), signal);
});

test('messages: a malformed or unknown message is skipped', () => {
  const wrong: [string, Record<string, unknown>][] = [
    ['parameters', {}], ['candidate', { generation: 0, ip: '10.0.0.1', port: 50000 }],
    ['end_of_candidates', { generation: -1 }], ['end_of_candidates', {}],
    ['mute', { muted: 1 }], ['mute', { muted: true, extra: 1 }], ['bye', { why: 'x' }], ['sdp', {}],
  ];
  for (const [kind, data] of wrong) assert.equal(readSignal({ kind, data }, false), null, kind);
});
