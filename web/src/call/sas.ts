/**
 * Safety words: a short authentication string over both ends' DTLS fingerprints. Pure, but for WebCrypto.
 * `bot/sas.py` is the twin; `tests/vectors/sas.json` holds the two together.
 *
 * 24 bits would be searched in no time by somebody in the middle who may choose certificates and nonces at will. So each
 * end first commits to a random nonce together with its fingerprint, and tells the nonce only to a partner who has
 * committed as well (the idea of RFC 6189 section 4.4.1.1): whoever stands in between has one guess in 2^24.
 *
 * The commitment names neither call nor side, so that it can be made before there is a partner; the words name both.
 */

import type { SafetyWords, Side } from '../caller/types.ts';

/** One end: its certificate's fingerprint as in `Parameters`, and its nonce: 128 random bits, base64url. */
export interface End {
  fingerprint: string;
  nonce: string;
}

const COMMIT_LABEL = 'sotto safety words 1, commitment';
const WORDS_LABEL = 'sotto safety words 1, words';
const NONCE_BYTES = 16;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const decode = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

const hexBytes = (fingerprint: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(fingerprint.split(':'), (hex) => parseInt(hex, 16));

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A nonce from 16 random bytes. */
export function nonceFrom(bytes: Uint8Array = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))): string {
  return encode(bytes);
}

/** SHA-256 over label, fingerprint and nonce, base64url. Each has a fixed length, so that nothing can shift. */
export async function commitmentOf({ fingerprint, nonce }: End): Promise<string> {
  const input = join(utf8(COMMIT_LABEL), hexBytes(fingerprint), decode(nonce));
  return encode(new Uint8Array(await crypto.subtle.digest('SHA-256', input)));
}

/**
 * The words of a call: 24 bits of HKDF-SHA256 (RFC 5869) from both nonces, bound to both fingerprints and the call.
 * Side a comes first, so that both ends agree, and an end that is told the wrong side does not.
 */
export async function wordsOf(callId: string, ends: Readonly<Record<Side, End>>): Promise<SafetyWords> {
  const { a, b } = ends;
  const key = await crypto.subtle.importKey('raw', join(decode(a.nonce), decode(b.nonce)), 'HKDF', false, ['deriveBits']);
  const info = join(hexBytes(a.fingerprint), hexBytes(b.fingerprint), utf8(callId));
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: utf8(WORDS_LABEL), info }, key, 24);
  const [x, y, z] = new Uint8Array(bits) as unknown as [number, number, number];
  return [x >> 2, ((x & 3) << 4) | (y >> 4), ((y & 15) << 2) | (z >> 6), z & 63];
}
