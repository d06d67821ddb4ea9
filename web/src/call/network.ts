/** When this machine's network changes: it is back, or another one, where the browser says so. Returns how to stop. */
export function onNetworkChange(changed: () => void): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  window.addEventListener('online', changed, { signal });
  connectionOf(navigator)?.addEventListener('change', changed, { signal });
  return () => stopped.abort();
}

/** Chromium's Network Information API, which other browsers lack. */
function connectionOf(subject: Navigator): EventTarget | undefined {
  return 'connection' in subject ? (subject.connection as EventTarget) : undefined;
}
