import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lasted } from '../format.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { SPOKEN, language, languageFor, speak, t } from './index.ts';
import { pt } from './pt.ts';

type Leaf = string | ((argument: unknown) => string);

/** Every sentence with its place: `rules.how.adult.1`. */
function leaves(words: object, place = ''): [string, Leaf][] {
  return Object.entries(words).flatMap(([key, value]: [string, Leaf | object]) =>
    (typeof value === 'object' ? leaves(value, `${place}${key}.`) : [[`${place}${key}`, value] as [string, Leaf]]));
}

const all = { de, en, es, fr, pt };
const english = new Map(leaves(en));

/** What is the same word in both languages, or a name. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ['name', 'interests.sport'],
  en: [],
  es: ['name'],
  fr: ['name', 'interests.sport', 'interests.nature', 'interests.science', 'interests.art'],
  pt: ['name'],
};

for (const [code, words] of Object.entries(all)) {
  const mine = leaves(words);

  test(`${code} has every key of English and no other`, () => {
    assert.deepEqual(mine.map(([place]) => place).sort(), [...english.keys()].sort());
  });

  test(`${code} says something everywhere, with what it is given in it`, () => {
    for (const [place, leaf] of mine) {
      for (const given of [1, 2, 5, 20, 90, 240]) {
        const said = typeof leaf === 'string' ? leaf : leaf(given);
        assert.equal(said, said.trim(), place);
        assert.match(said, /\p{L}{2}/u, place);
        assert.doesNotMatch(said, /undefined|NaN|\[object|'/, place);
      }
      // An estimate is rounded.
      if (typeof leaf === 'function' && !/estimate/.test(place)) assert.match(leaf(27), /27/, place);
    }
  });

  test(`${code} is not English by accident`, () => {
    if (code === 'en') return;
    const same = mine.filter(([place, leaf]) => leaf === english.get(place)).map(([place]) => place);
    assert.deepEqual(same, SAME[code]);
  });
}

const lengths: [keyof typeof all, number, string][] = [
  ['de', 1, '1 Sekunde'], ['de', 3660, '1 Stunde, 1 Minute'], ['es', 125, '2 minutos'],
  ['es', 7260, '2 horas 1 minuto'], ['fr', 0, '0 seconde'], ['fr', 7200, '2 heures'], ['pt', 1, '1 segundo'], ['pt', 5400, '1 hora 30 minutos'],
];
for (const [code, seconds, text] of lengths) {
  test(`${seconds} s are ${text} in ${code}`, () => {
    assert.equal(lasted(code, seconds).replace(/\s/g, ' '), text);
  });
}

const preferences: [string[], keyof typeof all][] = [
  [['de-AT', 'en'], 'de'], [['tlh', 'PT-br', 'en'], 'pt'], [['it', 'fr-CA'], 'fr'], [['ja'], 'en'], [[], 'en'],
  [['constructor', 'es-419'], 'es'],
];
for (const [tags, code] of preferences) {
  test(`a browser that prefers [${tags}] is spoken to in ${code}`, () => {
    assert.equal(languageFor(tags), code);
  });
}

test('the words follow the language, and the last one asked for wins', async () => {
  assert.equal(t.connect, 'Connect');
  const answers = await Promise.all([speak('fr'), speak('de')]);
  assert.deepEqual([answers, language(), t.connect], [[false, true], 'de', de.connect]);
  assert.ok(await speak('en'));
  assert.equal(t.connect, 'Connect');
  assert.deepEqual(Object.keys(SPOKEN), Object.keys(all));
});
