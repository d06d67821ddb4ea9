import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeOf, type Asked, type Route } from './routing.ts';

const HERE = 'https://sotto.example';
const assets = new Set(['/assets/main-AAAAAAAA.js', '/assets/main-BBBBBBBB.css']);
const get = (path: string, mode: RequestMode = 'cors'): Asked => ({ method: 'GET', mode, url: new URL(path, HERE).href });

const cases: [string, Asked, Route][] = [
  ['opening the page', get('/', 'navigate'), 'document'],
  ['opening it with a query', get('/?from=home', 'navigate'), 'document'],
  ['opening it by its file', get('/index.html', 'navigate'), 'document'],
  ['opening another page', get('/privacy', 'navigate'), 'network'],
  ['opening an answer of the service', get('/healthz', 'navigate'), 'network'],
  ['opening a script', get('/assets/main-AAAAAAAA.js', 'navigate'), 'network'],
  ['a script of this build', get('/assets/main-AAAAAAAA.js'), 'asset'],
  ['a style of this build', get('/assets/main-BBBBBBBB.css', 'no-cors'), 'asset'],
  ['a script of another build', get('/assets/main-CCCCCCCC.js'), 'network'],
  ['an asset of another origin', get('https://elsewhere.example/assets/main-AAAAAAAA.js'), 'network'],
  ['the page as data', get('/'), 'network'],
  ['an asset that is sent to', { ...get('/assets/main-AAAAAAAA.js'), method: 'POST' }, 'network'],
  ['the page, asked for its head', { ...get('/', 'navigate'), method: 'HEAD' }, 'network'],
  ...['/v1/session', '/v1/relay', '/v1/queue', '/realtime/v1/websocket', '/metrics', '/healthz', '/readyz', '/sw.js',
    '/manifest.webmanifest'].map((path): [string, Asked, Route] => [path, get(path, 'same-origin'), 'network']),
];
for (const [what, asked, route] of cases) {
  test(`service worker: ${what} goes by ${route}`, () => {
    assert.equal(routeOf(asked, HERE, assets), route);
  });
}
