/** Reading our own description and candidates: the guard before anything is sent. Pure. */

import type { Candidate, Parameters } from './parameters.ts';
import { readCandidate, readParameters } from './parameters.ts';

/** Something other than a relay candidate was gathered: it must never be sent, and the call stops. */
export class Leak extends Error {
  override name = 'Leak';
}

const LINE = /^(?:a=)?candidate:\S+ (\d+) (\S+) \d+ (\S+) (\d+) typ (\S+)/;

/**
 * A gathered candidate as the partner may have it, or null where it is of no use to him: the empty one that ends
 * gathering, Firefox's second component although RTP and RTCP share one, an IPv6 address.
 *
 * @throws Leak It is not a relay candidate.
 */
export function ownCandidate(line: string, generation: number): Candidate | null {
  if (line === '') return null;
  const [, component, transport, ip, port, type] = LINE.exec(line) ?? [];
  if (type !== 'relay') throw new Leak();
  if (component !== '1' || transport?.toLowerCase() !== 'udp') return null;
  return readCandidate({ generation, ip, port: Number(port) }, true);
}

export interface OwnDescription {
  parameters: Parameters;
  mid: string;
}

/**
 * Our parameters and `mid` from the local description. An end that calls itself lite in it is one that `yields`.
 *
 * @throws Leak The description holds a candidate that is not a relay candidate.
 * @throws TypeError It lacks something: this browser cannot take part.
 */
export function ownDescription(sdp: string, generation: number): OwnDescription {
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith('a=candidate:')) ownCandidate(line, generation);
  }
  const first = (pattern: RegExp): string | undefined => pattern.exec(sdp)?.[1];
  const mid = first(/^a=mid:(\S+)/m);
  const parameters = readParameters({
    generation,
    ufrag: first(/^a=ice-ufrag:(\S+)/m),
    pwd: first(/^a=ice-pwd:(\S+)/m),
    fingerprint: first(/^a=fingerprint:sha-256 (\S+)/im)?.toUpperCase(),
    payload_type: Number(first(/^a=rtpmap:(\d+) opus\/48000/im)),
    yields: /^a=ice-lite\r?$/m.test(sdp),
  });
  if (!parameters || mid === undefined) throw new TypeError('local description');
  return { parameters, mid };
}
