/**
 * What the two ends tell each other instead of SDP: connection parameters and relay candidates, validated. Pure.
 * `bot/parameters.py` is the twin; `tests/vectors/parameters.json` holds the two together.
 *
 * Everything here ends up in a session description or a candidate line, so each field has a pattern that leaves no room
 * for a line break (RFC 8839 section 5 gives the grammars of ufrag and pwd).
 */

export interface Parameters {
  /** 0 for the first connection; each ICE restart counts one up. */
  generation: number;
  ufrag: string;
  pwd: string;
  /** SHA-256 of the DTLS certificate: 32 upper-case hexadecimal bytes with colons (RFC 8122 section 5). */
  fingerprint: string;
  /** The RTP payload type under which this end receives Opus. */
  payload_type: number;
  /** Whether this end can leave ICE's controlling role to the other one; see `Peer`. */
  yields: boolean;
}

export interface Candidate {
  generation: number;
  /** IPv4, dotted. */
  ip: string;
  port: number;
}

/** One end of a connection that waits for its partner. */
export interface Description {
  parameters: Parameters;
  /** The relay candidates gathered so far; more may follow. */
  candidates: Candidate[];
}

export const MAX_DATA_CHARS = 1024;
export const MAX_GENERATION = 255;

const UFRAG = /^[A-Za-z0-9+/]{4,32}$/;
const PWD = /^[A-Za-z0-9+/]{22,64}$/;
const FINGERPRINT = /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/;
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** Whether the value is an object with exactly these keys, and no longer than a message may be. */
export function hasShape(data: unknown, keys: string[]): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
    && Object.keys(data).length === keys.length && keys.every((key) => key in data)
    && JSON.stringify(data).length <= MAX_DATA_CHARS;
}

export const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);

export const isInteger = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/** The connection parameters in a message, or null where anything about them is out of order. */
export function readParameters(data: unknown): Parameters | null {
  if (!hasShape(data, ['generation', 'ufrag', 'pwd', 'fingerprint', 'payload_type', 'yields'])) return null;
  const { generation, ufrag, pwd, fingerprint, payload_type, yields } = data as { [key: string]: unknown };
  if (!isInteger(generation, 0, MAX_GENERATION) || !isInteger(payload_type, 96, 127)) return null;
  if (!matches(ufrag, UFRAG) || !matches(pwd, PWD) || !matches(fingerprint, FINGERPRINT)) return null;
  if (typeof yields !== 'boolean') return null;
  return { generation, ufrag, pwd, fingerprint, payload_type, yields };
}

export type Reach = 'public' | 'local' | 'never';

/**
 * What kind of address this is (IANA IPv4 Special-Purpose Address Registry): `local` addresses are loopback, private
 * and shared ones; `never` ones are no place for a relay at all, the metadata service of clouds among them.
 */
export function reachOf(ip: string): Reach | null {
  const octets = IPV4.exec(ip)?.slice(1).map(Number);
  if (!octets) return null;
  const [a, b, c] = octets as [number, number, number, number];
  if (a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'local';
  if (a === 100 && b >= 64 && b < 128) return 'local';
  if (a === 0 || a >= 224 || (a === 169 && b === 254)) return 'never';
  if (a === 192 && ((b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) return 'never';
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return 'never';
  if (a === 203 && b === 0 && c === 113) return 'never';
  return 'public';
}

/**
 * The relay candidate in a message, or null.
 *
 * `allowLocal`: whether our own relay's address is a local one, as on an installation on one machine or in one house.
 * Then the partner's relay is a local one too. Where ours is public, a local candidate could only make our relay knock
 * on doors behind it.
 */
export function readCandidate(data: unknown, allowLocal: boolean): Candidate | null {
  if (!hasShape(data, ['generation', 'ip', 'port'])) return null;
  const { generation, ip, port } = data as { [key: string]: unknown };
  if (!isInteger(generation, 0, MAX_GENERATION) || !isInteger(port, 1024, 65535) || typeof ip !== 'string') return null;
  const reach = reachOf(ip);
  return reach === 'public' || (reach === 'local' && allowLocal) ? { generation, ip, port } : null;
}

/** The description in a message, with those of its candidates that pass, or null. `allowLocal`: see `readCandidate`. */
export function readDescription(data: unknown, allowLocal: boolean): Description | null {
  if (!hasShape(data, ['parameters', 'candidates'])) return null;
  const parameters = readParameters(data['parameters']);
  const { candidates } = data;
  if (!parameters || parameters.generation !== 0 || !Array.isArray(candidates)) return null;
  const passed = candidates.map((candidate: unknown) => readCandidate(candidate, allowLocal));
  return { parameters, candidates: passed.filter((candidate) => candidate !== null) };
}
