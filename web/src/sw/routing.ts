/** Which of the page's requests the service worker answers, and from where. Pure. */

/**
 * `document`: from the server, and the shell where it does not answer. `asset`: from the cache, which holds it.
 * `network`: not our business, above all whatever the service itself says.
 */
export type Route = 'document' | 'asset' | 'network';

/** What decides, of a Request: its URL is absolute. */
export type Asked = Pick<Request, 'method' | 'mode' | 'url'>;

/** The route of a request. `assets` are the paths of this build's hashed files; nothing else is ever cached. */
export function routeOf({ method, mode, url }: Asked, origin: string, assets: ReadonlySet<string>): Route {
  const { origin: from, pathname } = new URL(url);
  if (method !== 'GET' || from !== origin) return 'network';
  if (mode === 'navigate') return pathname === '/' || pathname === '/index.html' ? 'document' : 'network';
  return assets.has(pathname) ? 'asset' : 'network';
}
