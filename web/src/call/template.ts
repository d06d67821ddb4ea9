/**
 * The partner's session description, built here from validated parameters and this template; none is ever received.
 * Pure. `bot/template.py` is the twin; `tests/vectors/template.json` holds the two together.
 *
 * One audio section with Opus and nothing else. No header extension, because those travel unencrypted beside the voice
 * (RFC 6464 section 6); a constant bit rate without pauses, because packet sizes follow speech (RFC 6562 section 3).
 */

import type { Candidate, Parameters } from './parameters.ts';

export type Setup = 'active' | 'passive' | 'actpass';

const FORMAT = 'minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=24000;cbr=1;usedtx=0';
const MID = /^[A-Za-z0-9_-]{1,16}$/;

/** The session description (RFC 8866) of an end with these parameters. `mid` is the one of the local description. */
export function describe(parameters: Parameters, setup: Setup, mid: string): string {
  if (!MID.test(mid)) throw new TypeError('mid');
  const { generation, ufrag, pwd, fingerprint, payload_type: type } = parameters;
  return [
    'v=0',
    `o=- 1 ${generation + 1} IN IP4 0.0.0.0`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    `m=audio 9 UDP/TLS/RTP/SAVPF ${type}`,
    'c=IN IP4 0.0.0.0',
    'a=rtcp-mux',
    `a=mid:${mid}`,
    'a=sendrecv',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
    `a=rtpmap:${type} opus/48000/2`,
    `a=fmtp:${type} ${FORMAT}`,
    '',
  ].join('\r\n');
}

/** A relay candidate's line (RFC 8839 section 5.1) without any related address. */
export function candidateLine({ ip, port }: Candidate): string {
  return `candidate:1 1 udp 16777215 ${ip} ${port} typ relay raddr 0.0.0.0 rport 0`;
}
