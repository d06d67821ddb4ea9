import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SPOKEN, privacyPath, type Language } from '../caller/text/index.ts';
import claims from './claims.json' with { type: 'json' };
import { WORDS, privacyPage } from './page.ts';

const SHELL = '<html lang="en">\n  <head>\n    <title>x</title>\n    <meta name="description" content="x">\n  </head>\n'
  + '  <body>\n    <script src="x"></script>\n  </body>\n</html>';
const promises = Object.values(claims).flat();
const languages = Object.keys(SPOKEN) as Language[];

for (const language of languages) {
  const words = WORDS[language];
  const page = privacyPage(SHELL, language, '/style.css');

  test(`privacy: ${language} says each promise, in the data's order, with each of its tests`, () => {
    assert.deepEqual(promises.map(({ id }) => id), Object.keys(words.promises));
    assert.deepEqual(Object.keys(claims), Object.keys(words.groups));
    assert.deepEqual([...page.matchAll(/<li id="([^"]+)">/g)].map(([, id]) => id), promises.map(({ id }) => id));
    const named = [...page.matchAll(/<code[^>]*>(.*?)<\/code>/g)].map(([, name]) => name?.replaceAll('<wbr>', ''));
    assert.deepEqual(named, promises.flatMap(({ tests }) => tests.map((name) => name.replace('${name}', '…'))));
  });

  test(`privacy: ${language} has nothing to run, and leads to every language`, () => {
    assert.doesNotMatch(page, /<script|<style| style=| on\w+=|undefined|\$\{/);
    for (const other of languages) assert.ok(page.includes(`<a href="${privacyPath(other)}" hreflang="${other}"`));
    assert.ok(page.includes(`<html lang="${language}">`));
    assert.equal(page.split('aria-current').length, 2);
  });

  test(`privacy: ${language} is not English by accident`, () => {
    const said = (table: object): string[] => Object.values(table).flatMap((leaf: unknown) =>
      (typeof leaf === 'string' ? leaf : typeof leaf === 'object' ? said(leaf as object) : []));
    const english = new Set(said(WORDS.en));
    assert.deepEqual(language === 'en' ? [] : said(words).filter((sentence) => english.has(sentence)), []);
  });
}

test('privacy: a page whose shell has changed beyond recognition is not built', () => {
  assert.throws(() => privacyPage('<html></html>', 'en', '/style.css'), /index.html has no/);
});
