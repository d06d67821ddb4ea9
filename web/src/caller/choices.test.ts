import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERESTS, LANGUAGES, defaultPrefs, toggled } from './choices.ts';
import { clock, languageName, lasted } from './format.ts';
import { t } from './text/index.ts';

const defaults: [string[], string[]][] = [
  [['de-AT', 'de', 'en-US'], ['de', 'en']],
  [['en', 'fr', 'es', 'it'], ['en', 'fr', 'es']],
  [['nn-NO', 'no'], ['nb']],
  [['tlh', 'PT-br'], ['pt']],
  [['tlh'], ['en']],
  [[], ['en']],
];
for (const [tags, languages] of defaults) {
  test(`a browser that speaks [${tags}] starts with [${languages}]`, () => {
    assert.deepEqual(defaultPrefs(tags), { languages, interests: [], bots: true });
  });
}

test('every choice fits what the wire accepts', () => {
  assert.ok(LANGUAGES.every((language) => /^[a-z]{2,3}$/.test(language)));
  assert.ok(INTERESTS.every((interest) => /^[a-z0-9-]{1,24}$/.test(interest)));
});

test('a choice is added, removed, and refused when the list is full', () => {
  assert.deepEqual(toggled(['a'], 'b', 2), ['a', 'b']);
  assert.deepEqual(toggled(['a', 'b'], 'a', 2), ['b']);
  assert.deepEqual(toggled(['a', 'b'], 'c', 2), ['a', 'b']);
});

const times: [number, string][] = [
  [-1, '0:00'], [0, '0:00'], [9.9, '0:09'], [60, '1:00'], [3599, '59:59'], [3661, '1:01:01'],
];
for (const [seconds, text] of times) {
  test(`${seconds} s read as ${text}`, () => {
    assert.equal(clock(seconds), text);
  });
}

test('each language is called by its own name', () => {
  assert.equal(languageName('de'), 'Deutsch');
  assert.ok(LANGUAGES.every((language) => languageName(language).length > 1));
});

const estimates: [number, string][] = [
  [3, 'It should take a few seconds.'], [12, 'About 20 seconds to go.'], [54, 'About a minute to go.'],
  [61, 'About a minute to go.'], [170, 'About 3 minutes to go.'],
];
for (const [seconds, text] of estimates) {
  test(`an expected wait of ${seconds} s is said as: ${text}`, () => {
    assert.equal(t.waiting.estimate(seconds), text);
  });
}

const talks: [number, string][] = [
  [1, 'You talked for 1 second.'], [59, 'You talked for 59 seconds.'], [61, 'You talked for 1 minute.'],
  [3600, 'You talked for 1 hour.'], [7260, 'You talked for 2 hours 1 minute.'],
];
for (const [seconds, text] of talks) {
  test(`a talk of ${seconds} s is said as: ${text}`, () => {
    assert.equal(t.ended.talked(lasted('en', seconds)), text);
  });
}
