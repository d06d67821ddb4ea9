/** What a malicious partner sends, and what of it reaches the connection and the page: shared with `tests/malice.py`. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CandidateBuffer, MAX_CANDIDATES } from './candidates.ts';
import type { Addition } from './candidates.ts';
import { readSignal } from './messages.ts';
import type { Message } from './reliable.ts';
import { Reliable } from './reliable.ts';
import { candidateLine, describe } from './template.ts';
import { vectors } from './vectors.ts';

type Send =
  | { frame: unknown } | { message: [string, Record<string, unknown>]; times?: number; same?: boolean };
type Case = { name: string; sends: Send[]; reaches: unknown[][] };

const US = '00000000000000aa';
const THEM = '00000000000000bb';
const PER_FRAME = 32;
const SAFE_LINE = /^[\x20-\x7e]*$/;
const RELAY_LINE = /^candidate:1 1 udp 16777215 [0-9.]{7,15} \d{4,5} typ relay raddr 0\.0\.0\.0 rport 0$/;

/** Put in what the table only names: the epochs, long texts, deep nesting. */
function fill(value: unknown): unknown {
  if (typeof value === 'string') return value.replace('$us', US).replace('$them', THEM);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fill);
  if ('$repeat' in value) {
    const [text, times] = value.$repeat as [string, number];
    return text.repeat(times);
  }
  if ('$nest' in value) {
    let nested: unknown = [];
    for (let depth = value.$nest as number; depth > 0; depth--) nested = [nested];
    return nested;
  }
  // Not fromEntries: `__proto__` must become a property, as JSON.parse makes it one.
  const filled = JSON.parse('{}') as Record<string, unknown>;
  for (const [key, inner] of Object.entries(value)) {
    Object.defineProperty(filled, key, { value: fill(inner), enumerable: true, configurable: true, writable: true });
  }
  return filled;
}

function* payloads(sends: Send[]): Generator<unknown> {
  let number = 0;
  for (const send of sends) {
    if ('frame' in send) yield fill(send.frame);
    else {
      const [kind, data] = send.message;
      const entries = Array.from({ length: send.times ?? 1 }, (_, index) => {
        const varied = send.times && !send.same ? { ...data, port: data['port'] as number + index } : data;
        return [++number, kind, fill(varied)];
      });
      while (entries.length > 0) yield { e: THEM, p: US, w: 0, a: 0, m: entries.splice(0, PER_FRAME) };
    }
  }
}

/** What stands between the channel and the connection, as in a call. */
class Intake {
  readonly reached: unknown[][] = [];
  private readonly session = new Reliable(US, () => 0.5);
  private readonly buffer = new CandidateBuffer();
  private described = false;

  receive(payload: unknown, nowMs: number): void {
    for (const message of this.session.receive(payload, nowMs)) this.take(message);
  }

  private take(message: Message): void {
    const signal = readSignal(message, false);
    if (signal?.kind === 'parameters') {
      if (this.described || signal.parameters.generation !== 0) return;
      this.described = true;
      const lines = describe(signal.parameters, 'active', '0').split('\r\n');
      assert.equal(lines.length, 18);
      assert.ok(lines.every((line) => SAFE_LINE.test(line)));
      assert.deepEqual(lines.filter((line) => line.startsWith('m=')).length, 1);
      this.reached.push(['describe', signal.parameters.generation]);
      this.add(this.buffer.describe(0));
    } else if (signal?.kind === 'candidate') this.add(this.buffer.add(signal.candidate));
    else if (signal?.kind === 'end_of_candidates') this.add(this.buffer.end(signal.generation));
    else if (signal?.kind === 'mute') this.reached.push(['mute', signal.muted]);
    else if (signal?.kind === 'bye') this.reached.push(['bye']);
  }

  private add(additions: Addition[]): void {
    for (const addition of additions) {
      if ('end' in addition) this.reached.push(['end', addition.end]);
      else {
        assert.match(candidateLine(addition.candidate), RELAY_LINE);
        this.reached.push(['candidate', `${addition.candidate.ip}:${addition.candidate.port}`]);
      }
    }
  }
}

for (const { name, sends, reaches } of vectors<Case[]>('malice')) {
  test(`malice: ${name} [claim hostile-partner]`, () => {
    const intake = new Intake();
    let nowMs = 0;
    for (const payload of payloads(sends)) intake.receive(payload, nowMs += 10);
    assert.deepEqual(intake.reached, reaches);
    assert.ok(reaches.filter(([what]) => what === 'candidate').length <= MAX_CANDIDATES);
  });
}

test('malice: a partner cannot make us flood the channel [claim hostile-partner]', () => {
  const session = new Reliable(US, () => 0.5);
  session.join(0);
  let sent = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs += 5) {
    // Each asks for an answer, half of them as somebody new.
    const e = nowMs % 2 ? THEM : nowMs.toString(16).padStart(16, '0');
    session.receive({ e, p: US, w: 1, a: 0, m: [] }, nowMs);
    while (session.poll(nowMs)) sent++;
  }
  // What the hub lets one socket send in that time: 60 at once, 20 a second.
  assert.ok(sent <= 20 + 10 * 10 + 1, `${sent} frames`);
});
