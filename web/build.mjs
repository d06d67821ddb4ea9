/**
 * Build the pages: hashed scripts and styles in `assets/`, HTML that names them, static files beside it.
 *
 * `node build.mjs [folder]` writes the product, into dist/ where no folder is named, and fails over its budget;
 * `node build.mjs --gallery <folder>` writes the tests' gallery of every screen. Same sources, same bytes. Nothing is
 * inline, so that the strictest CSP fits.
 */

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { icon } from './icons.mjs';
import { privacyPath } from './src/caller/text/index.ts';
import { WORDS, privacyPage } from './src/privacy/page.ts';

const ROOT = dirname(fileURLToPath(import.meta.url));
const CALLER = 'src/caller/main.tsx';
const WORKER = 'src/sw/worker.ts';
const GALLERY = 'src/gallery/main.tsx';
const PRIVACY = 'src/privacy/privacy.css';

/**
 * What the page starts with, scripts and styles, gzip; bytes. What calls follows when somebody looks for a call, the
 * Realtime client while waiting, and another language than English before the first drawing.
 */
const CALLER_BUDGET = 40 * 1024;

const outputOf = (outputs, entry) => Object.keys(outputs).find((file) => outputs[file].entryPoint === entry);

/** The files of an entry: those it starts with, or, with `later`, also those it may fetch in time. */
function filesOf(outputs, entry, later = false) {
  const files = new Set();
  const visit = (file) => {
    if (files.has(file)) return;
    files.add(file);
    const { imports, cssBundle } = outputs[file];
    for (const { path, kind } of imports) if (outputs[path] && (later || kind !== 'dynamic-import')) visit(path);
    if (cssBundle) files.add(cssBundle);
  };
  visit(outputOf(outputs, entry));
  return [...files];
}

const gzipped = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(ROOT, file)), { level: 9 }).length, 0);

/** PNG icons beside the SVG that they are drawn from. */
function drawIcons(folder) {
  const svg = readFileSync(join(ROOT, 'static/icon.svg'), 'utf8');
  for (const size of [192, 512]) {
    writeFileSync(join(folder, `icon-${size}.png`), icon(svg, size, false));
    writeFileSync(join(folder, `icon-maskable-${size}.png`), icon(svg, size, true));
  }
}

/** The service worker, which is told what this build consists of: any change makes it another worker. */
async function writeWorker(folder, html, script, assets) {
  const { outputFiles: [{ text }] } = await build({
    absWorkingDir: ROOT, entryPoints: [WORKER], bundle: true, minify: true, format: 'iife', target: ['es2022'],
    write: false,
  });
  const version = createHash('sha256').update(text).update(html).update(assets.join()).digest('hex').slice(0, 12);
  writeFileSync(join(folder, 'sw.js'), `const BUILD=${JSON.stringify({ version, script, assets })};\n${text}`);
}

/** A `.gz` beside each text that gets smaller by it, for the server to send in its place. */
function compress(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(?:js|css|html|svg|webmanifest)$/.test(name)) continue;
    const file = join(folder, name), text = readFileSync(file), compressed = gzipSync(text, { level: 9 });
    if (compressed.length < text.length) writeFileSync(`${file}.gz`, compressed);
  }
}

/** Bundle an entry and its page into `target`; return the gzip sizes of what it starts with and of all, bytes. */
async function page(entry, target) {
  // Beside its place until it is whole: a running server goes on serving the old page meanwhile.
  const folder = `${target}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile: { outputs } } = await build({
    absWorkingDir: ROOT, entryPoints: [entry, PRIVACY], outdir: join(folder, 'assets'), entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]', bundle: true, minify: true, format: 'esm', splitting: true, target: ['es2022'],
    jsx: 'automatic', jsxImportSource: 'preact', metafile: true, sourcemap: 'linked', legalComments: 'linked',
  });
  const files = filesOf(outputs, entry);
  const url = (file) => `/${relative(folder, join(ROOT, file))}`;
  const [script] = files;
  const styles = files.filter((file) => file.endsWith('.css'))
    .map((file) => `    <link rel="stylesheet" href="${url(file)}">\n`);
  const shell = readFileSync(join(ROOT, 'index.html'), 'utf8');
  const html = shell
    .replace(`/${CALLER}`, url(script))
    .replace('  </head>', `${styles.join('')}  </head>`);
  writeFileSync(join(folder, 'index.html'), html);
  mkdirSync(join(folder, 'privacy'));
  for (const language of Object.keys(WORDS)) {
    const html = privacyPage(shell, language, url(outputOf(outputs, PRIVACY)));
    writeFileSync(join(folder, `${privacyPath(language)}.html`), html);
  }
  cpSync(join(ROOT, 'static'), folder, { recursive: true });
  drawIcons(folder);
  await writeWorker(folder, html, url(script), filesOf(outputs, entry, true).map(url));
  compress(folder);
  const sizes = { first: gzipped(files), all: gzipped(filesOf(outputs, entry, true)) };
  rmSync(target, { recursive: true, force: true });
  renameSync(folder, target);
  return sizes;
}

const { values: { gallery }, positionals: [folder] } =
  parseArgs({ options: { gallery: { type: 'boolean' } }, allowPositionals: true });
if (gallery) {
  if (!folder) throw new Error('--gallery needs a folder to write to');
  await page(GALLERY, resolve(folder));
} else {
  const { first, all } = await page(CALLER, resolve(folder ?? join(ROOT, 'dist')));
  const kb = (bytes) => (bytes / 1024).toFixed(1);
  console.log(`caller page: ${kb(first)} KB gzip of ${kb(CALLER_BUDGET)} KB, and ${kb(all - first)} KB for later`);
  if (first > CALLER_BUDGET) {
    console.error('The caller page is over its budget.');
    process.exit(1);
  }
}
