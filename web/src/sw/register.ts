/** Makes the page open without a connection, once it has nothing more urgent to do. */

export function register(): void {
  if (!('serviceWorker' in navigator)) return;
  const begin = (): void => {
    // A browser may refuse, as private windows do: the page then needs a connection to open, and nothing else changes.
    navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch(() => undefined);
  };
  if (document.readyState === 'complete') begin();
  else window.addEventListener('load', begin, { once: true });
}
