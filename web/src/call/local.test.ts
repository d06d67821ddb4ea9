import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Leak, ownCandidate, ownDescription } from './local.ts';

const FINGERPRINT = Array(32).fill('AB').join(':');
const PWD = '0123456789abcdef0123456789abcdef';
const CHROMIUM = 'candidate:1038 1 udp 8191 141.101.90.1 50000 typ relay raddr 0.0.0.0 rport 0 generation 0 '
  + 'ufrag aB3+ network-cost 999';
const FIREFOX = 'candidate:3 1 UDP 92217086 141.101.90.1 50001 typ relay raddr 141.101.90.1 rport 50001';

const sdp = (candidate: string): string => [
  'v=0', 'o=- 1 2 IN IP4 127.0.0.1', `a=fingerprint:sha-256 ${FINGERPRINT}`, 'm=audio 50000 UDP/TLS/RTP/SAVPF 109',
  candidate, 'a=mid:0', 'a=ice-ufrag:0011aabb', `a=ice-pwd:${PWD}`, 'a=rtpmap:109 opus/48000/2', '',
].join('\r\n');

test('local: a relay candidate is reduced to address and port', () => {
  assert.deepEqual(ownCandidate(CHROMIUM, 0), { generation: 0, ip: '141.101.90.1', port: 50000 });
  assert.deepEqual(ownCandidate(FIREFOX, 2), { generation: 2, ip: '141.101.90.1', port: 50001 });
});

test('local: what the partner cannot use is skipped', () => {
  assert.equal(ownCandidate('', 0), null);
  assert.equal(ownCandidate(FIREFOX.replace('3 1 UDP', '3 2 UDP'), 0), null);
  assert.equal(ownCandidate(FIREFOX.replaceAll('141.101.90.1', '2001:db8::1'), 0), null);
});

test('local: anything but a relay candidate is a leak [claim no-way-past]', () => {
  for (const line of [
    'candidate:1 1 udp 2122260223 192.168.1.7 51000 typ host',
    'candidate:1 1 udp 2122260223 3f2a0c1e.local 51000 typ host generation 0',
    'candidate:2 1 udp 1686052607 198.51.100.4 51000 typ srflx raddr 192.168.1.7 rport 51000',
    'candidate:2 1 udp 1686052607 198.51.100.4 51000 typ prflx raddr 0.0.0.0 rport 0',
    'candidate:3 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active',
    'candidate:3 2 udp 1 192.168.1.7 9 typ host',
    'no candidate at all',
  ]) assert.throws(() => ownCandidate(line, 0), Leak, line);
});

test('local: the parameters come from the description', () => {
  const { parameters, mid } = ownDescription(sdp(`a=${FIREFOX}`), 0);
  assert.equal(mid, '0');
  assert.deepEqual(parameters, {
    generation: 0, ufrag: '0011aabb', pwd: PWD, fingerprint: FINGERPRINT, payload_type: 109, yields: false,
  });
});

test('local: a description with a host candidate is a leak, one without Opus is of no use [claim no-way-past]', () => {
  assert.throws(() => ownDescription(sdp('a=candidate:1 1 udp 2122260223 192.168.1.7 51000 typ host'), 0), Leak);
  assert.throws(() => ownDescription(sdp('a=x').replace('opus', 'PCMU'), 0), TypeError);
});
