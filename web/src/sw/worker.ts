/**
 * The service worker: keeps one whole build of the page, so that it opens without a connection.
 *
 * A cache holds a document and exactly the files it names. It is filled at installation, whole or not at all, and never
 * changed. A newer worker waits until the last page of its predecessor is closed: no open page, and no call, loses what
 * it may still fetch.
 */

import { routeOf } from './routing.ts';

/** What the build writes above this script: its name, the script that its document starts, and its hashed files. */
declare const BUILD: { readonly version: string; readonly script: string; readonly assets: readonly string[] };

/** Of ServiceWorkerGlobalScope, which the DOM's types leave out, what is used here. */
interface Scope {
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  readonly clients: { claim(): Promise<void> };
}
interface Lasting {
  waitUntil(promise: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const PREFIX = 'sotto-';
const NAME = `${PREFIX}${BUILD.version}`;
const ASSETS: ReadonlySet<string> = new Set(BUILD.assets);

async function install(): Promise<void> {
  try {
    const page = await fetch('/', { cache: 'no-cache' });
    // While servers are being replaced one by one, the document may be another build's.
    if (!page.ok || !(await page.clone().text()).includes(BUILD.script)) throw new Error('not the document of this build');
    const cache = await caches.open(NAME);
    await cache.addAll(BUILD.assets);
    await cache.put('/', page);
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  // A page that was open before there was a worker is kept whole from now on, too.
  await scope.clients.claim();
}

async function kept(request: string | Request): Promise<Response | undefined> {
  return (await caches.open(NAME)).match(request);
}

async function page(request: Request): Promise<Response> {
  const answer = await fetch(request).catch(() => Response.error());
  const failed = answer.type === 'error' || answer.status >= 500;
  return failed ? await kept('/') ?? answer : answer;
}

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const route = routeOf(request, location.origin, ASSETS);
  if (route === 'document') event.respondWith(page(request));
  if (route === 'asset') event.respondWith(kept(request).then((found) => found ?? fetch(request)));
});
