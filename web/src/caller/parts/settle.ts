/** Buttons that come up under a finger are not for the tap that brought them up. */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** As long as systems wait for the second half of a double click, ms. */
const SETTLE_MS = 500;

/** Whenever `change` is another one, let the element take no pointer for a moment. Keys are never held up. */
export function useSettle(place: RefObject<HTMLElement | null>, change: unknown): void {
  const before = useRef(change);
  useLayoutEffect(() => {
    const element = place.current;
    if (before.current === change || !element) return;
    before.current = change;
    element.toggleAttribute('data-settling', true);
    const timer = setTimeout(() => element.toggleAttribute('data-settling', false), SETTLE_MS);
    return () => {
      clearTimeout(timer);
      element.toggleAttribute('data-settling', false);
    };
  }, [change]);
}
