/** Chromium's NetworkInformation (WICG netinfo); some systems give no `type`, and other browsers nothing at all. */
type Connection = EventTarget & { type?: string };

/** When this machine's network changes: it is back, or another one, where the browser says so. Returns how to stop. */
export function onNetworkChange(changed: () => void): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  window.addEventListener('online', changed, { signal });
  const connection = 'connection' in navigator ? (navigator.connection as Connection) : null;
  let type = connection?.type;
  connection?.addEventListener('change', () => {
    // It also comes whenever an estimate of the network's speed moves.
    if (connection.type === type) return;
    type = connection.type;
    if (type !== 'none') changed();
  }, { signal });
  return () => stopped.abort();
}
