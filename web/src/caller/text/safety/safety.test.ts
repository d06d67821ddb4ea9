import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SPOKEN } from '../index.ts';
import { EMOJI } from './emoji.ts';
import { SAFETY_TEXT } from './index.ts';

/** What a reader hears of a word, as far as letters go. */
const plain = (word: string): string => word.normalize('NFD').replace(/\P{L}/gu, '').toLowerCase();

/** How many letters have to be put in, left out or replaced to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

test('safety words: 64 pictures, each another one, all shown in colour', () => {
  assert.equal(new Set(EMOJI).size, 64);
  // Not all characters are pictures by themselves; those need the variation selector (Unicode TR 51).
  for (const emoji of EMOJI) assert.match(emoji, /^(\p{Emoji_Presentation}|\p{Emoji}\uFE0F)$/u, emoji);
});

test('safety words: every language of the page has them, and all that is said about them', async () => {
  assert.deepEqual(Object.keys(SAFETY_TEXT), Object.keys(SPOKEN));
  for (const load of Object.values(SAFETY_TEXT)) {
    const { names, ...sentences } = await load();
    assert.equal(names.length, EMOJI.length);
    for (const sentence of Object.values(sentences)) assert.match(sentence, /^\p{Lu}.*|^¿/u);
  }
});

for (const [language, load] of Object.entries(SAFETY_TEXT)) {
  test(`safety words: in ${language} each name is one or two words that sound like no other`, async () => {
    const { names } = await load();
    for (const [i, name] of names.entries()) {
      assert.match(name, /^\p{Lu}[\p{L}-]+( \p{Ll}+)?$/u, name);
      for (const other of names.slice(0, i)) {
        assert.ok(distance(plain(name), plain(other)) > 1, `${name}, ${other}`);
      }
    }
  });
}
