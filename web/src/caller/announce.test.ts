import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samples } from '../gallery/samples.ts';
import { announcement, heading, title } from './announce.ts';
import { transition } from './state.ts';
import { t } from './text/index.ts';
import type { Event, State } from './types.ts';

const all = samples(1_000_000);
const sample = (name: string): State => {
  const state = all[name];
  assert.ok(state, name);
  return state;
};
const after = (name: string, event: Event): string | null => {
  const state = sample(name);
  return announcement(state, transition(state, event)[0]);
};
const { callId } = sample('talking') as State & { screen: 'talking' };

for (const [name, state] of Object.entries(all)) {
  test(`entering ${name} is announced, heading first, and named in the window's title`, () => {
    assert.ok(announcement(null, state)?.startsWith(`${heading(state)}.`));
    assert.equal(title(state), `${heading(state)} · Sotto`);
  });

  test(`${name} is not announced again while nothing changes`, () => {
    assert.equal(announcement(state, structuredClone(state)), null);
  });
}

const changes: [string, Event, string][] = [
  ['talking', { type: 'mute' }, t.said.muted],
  ['talking-muted', { type: 'unmute' }, t.said.unmuted],
  ['talking', { type: 'partnerMuted', callId, muted: true }, t.said.partnerMuted],
  ['talking-muted', { type: 'partnerMuted', callId, muted: false }, t.said.partnerUnmuted],
  ['talking', { type: 'endsSoon', callId }, t.said.endsSoon],
  ['talking', { type: 'offline' }, t.talking.offline],
  ['talking-trouble', { type: 'online' }, t.said.online],
  ['talking', { type: 'playbackBlocked' }, `${t.talking.playHint} ${t.talking.play}.`],
  ['talking', { type: 'microphone', trouble: { kind: 'lost', tap: false } }, t.microphone.lost],
  ['talking', { type: 'microphone', trouble: { kind: 'lost', tap: true } },
    `${t.microphone.lost} ${t.microphone.resume}.`],
  ['talking-microphone-lost', { type: 'microphone', trouble: { kind: 'lost', tap: true } },
    `${t.microphone.lost} ${t.microphone.resume}.`],
  ['talking-microphone-muted', { type: 'microphone', trouble: null }, t.said.microphoneBack],
  ['waiting', { type: 'microphone', trouble: { kind: 'muted', tap: false } }, t.microphone.muted],
  ['connecting', { type: 'microphone', trouble: { kind: 'muted', tap: false } }, t.microphone.muted],
  ['talking', { type: 'suspect', callId }, `${t.talking.reconnecting}. ${t.talking.reconnectingLine}`],
  ['reconnecting', { type: 'recovered', callId }, t.said.recovered],
  ['waiting', { type: 'waiting', position: 2, estimateS: 9, hitch: null, nowMs: 0 }, t.said.place(2)],
  ['waiting', { type: 'waiting', position: 3, estimateS: 9, hitch: 'paused', nowMs: 0 }, t.waiting.hitch.paused],
  ['waiting', { type: 'offline' }, t.waiting.offline],
  ['waiting-back', { type: 'online' }, t.said.online],
  ['connecting', { type: 'stage', callId, stage: 'audio' }, `${t.connecting.stages.audio}.`],
  ['talking-bot', { type: 'suspect', callId }, `${t.talking.reconnecting}. ${t.bots.reconnectingLine}`],
  ['talking-bot', { type: 'person', callId, free: true }, `${t.bots.person} ${t.bots.personLine}`],
  ['talking-bot-person', { type: 'change' }, t.bots.changing],
  ['talking-bot-asked', { type: 'person', callId, free: false }, t.bots.missed],
];
for (const [name, event, sentence] of changes) {
  test(`${event.type} on ${name} says: ${sentence}`, () => {
    assert.equal(after(name, event), sentence);
  });
}

test('the tap that resumes a microphone is not announced again when it is taken', () => {
  assert.equal(after('talking-microphone-muted', { type: 'resume' }), null);
});

test('an estimate that changes alone is not announced: it would never be quiet', () => {
  assert.equal(after('waiting', { type: 'waiting', position: 3, estimateS: 7, hitch: null, nowMs: 0 }), null);
});

test('a bot is named as one when it is matched and again when the talk begins [claim bot-named]', () => {
  const first = announcement(null, sample('connecting-bot')) ?? '';
  for (const words of [/not a person/, /computer program/, /Nothing is recorded or stored\./, /processed on this server/]) {
    assert.match(first, words);
  }
  assert.match(announcement(null, sample('talking-bot')) ?? '', /not a person/);
});

test('whoever processes a bot’s speech is named, where that is not this server, and nothing is promised for them', () => {
  const bot = { ...sample('connecting-bot'), speechBy: 'Example Speech' } as State;

  assert.match(announcement(null, bot) ?? '', /recorded or stored here\. .*processed by Example Speech\./);
});

test('an offer that nobody answered goes without a word', () => {
  assert.equal(after('talking-bot-person', { type: 'person', callId, free: false }), null);
});

test('a bot that was lost is named when the search goes on', () => {
  assert.match(announcement(sample('talking-bot'), sample('waiting-bot-lost')) ?? '', /The bot was lost.*keep your place/);
});

test('going back to the queue says why, and that the place is kept', () => {
  const sentence = announcement(sample('talking'), sample('waiting-back')) ?? '';

  assert.match(sentence, /could not be connected.*keep your place/);
});
