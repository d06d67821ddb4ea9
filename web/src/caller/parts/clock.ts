/** The wall clock as a hook: the view is an edge, so it may look at it. */

import { useEffect, useState } from 'preact/hooks';

/** Now, ms since the Unix epoch; the component is drawn again each second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
