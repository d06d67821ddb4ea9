/** The page of promises: plain HTML made at build time, one for each language, with nothing to run. Pure. */

import { MARK, WORDMARK } from '../caller/parts/drawing.ts';
import { SPOKEN, privacyPath, type Language } from '../caller/text/index.ts';
import claims from './claims.json' with { type: 'json' };
import { de } from './text/de.ts';
import { en, type PrivacyWords, type Said } from './text/en.ts';
import { es } from './text/es.ts';
import { fr } from './text/fr.ts';
import { pt } from './text/pt.ts';

export const WORDS: Readonly<Record<Language, PrivacyWords>> = { de, en, es, fr, pt };

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPED[character] ?? '');

/** A test's name as a person reads it: what a table fills in is left open, and long names may break where they can. */
const testName = (test: string): string => html(test.replaceAll('${name}', '…')).replace(/::|\/|_/g, '$&<wbr>');

const said = ([bold, rest]: Said): string => `<h3>${html(bold)}</h3>\n<p>${html(rest)}</p>`;

const promise = (words: PrivacyWords, id: string, tests: readonly string[]): string => `<li id="${id}">
${said(own(words.promises, id))}
<details>
<summary>${html(words.proof(tests.length))}</summary>
<ul>${tests.map((test) => `<li><code translate="no">${testName(test)}</code></li>`).join('\n')}</ul>
</details>
</li>`;

const group = (words: PrivacyWords, id: string, promises: readonly { id: string; tests: string[] }[]): string =>
  `<section>
<h2>${html(own(words.groups, id))}</h2>
<ul class="promises">
${promises.map((entry) => promise(words, entry.id, entry.tests)).join('\n')}
</ul>
</section>`;

/** What a table says for an id of the data file, which types cannot hold together. */
function own<T>(table: Readonly<Record<string, T>>, id: string): T {
  const value = table[id];
  if (value === undefined) throw new Error(`claims.json names ${id}, of which the words say nothing`);
  return value;
}

const languages = (words: PrivacyWords, current: Language): string =>
  `<nav class="languages" aria-label="${html(words.languages)}">
${Object.entries(SPOKEN).map(([code, name]) => `<a href="${privacyPath(code as Language)}" hreflang="${code}"`
    + ` lang="${code}"${code === current ? ' aria-current="page"' : ''}>${name}</a>`).join('\n')}
</nav>`;

const drawing = ({ box, path }: typeof MARK, kind: string): string =>
  `<svg class="${kind}" viewBox="${box}" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;

function body(words: PrivacyWords, language: Language): string {
  return `<div id="app" class="privacy">
<header>
<a class="brand" href="/" aria-label="${html(words.back)}">${drawing(MARK, 'mark')}${drawing(WORDMARK, 'wordmark')}</a>
</header>
<main>
<h1>${html(words.title)}</h1>
<p class="lead">${html(words.lead)}</p>
${Object.entries(claims).map(([id, promises]) => group(words, id, promises)).join('\n')}
<section class="limits">
<h2>${html(words.limitsTitle)}</h2>
<p>${html(words.limitsLead)}</p>
<ul>${Object.values(words.limits).map((limit) => `<li>${said(limit)}</li>`).join('\n')}</ul>
</section>
<section>
<h2>${html(words.checkTitle)}</h2>
<p>${html(words.check)}</p>
</section>
</main>
<footer>
<a class="button" href="/">${html(words.back)}</a>
${languages(words, language)}
</footer>
</div>`;
}

/**
 * The whole page in one language.
 *
 * @param shell - The caller page's HTML before the build; its head is kept, but for title and description.
 * @param stylesheet - The built style's URL.
 */
export function privacyPage(shell: string, language: Language, stylesheet: string): string {
  const words = WORDS[language];
  const parts: [RegExp, string][] = [
    [/<html lang="en">/, `<html lang="${language}">`],
    [/<title>.*<\/title>/, `<title>${html(words.short)} · Sotto</title>`],
    [/(name="description" content=)"[^"]*"/, `$1"${html(words.summary)}"`],
    [/ {2}<\/head>/, `    <link rel="stylesheet" href="${stylesheet}">\n  </head>`],
    [/<body>[\s\S]*<\/body>/, `<body>\n${body(words, language)}\n</body>`],
  ];
  return parts.reduce((page, [place, put]) => {
    if (!place.test(page)) throw new Error(`index.html has no ${place.source}`);
    return page.replace(place, put);
  }, shell);
}
