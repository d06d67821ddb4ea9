/** Fetches a part of the page that is needed now: tries again, and comes to an end. */

import { Fault } from './fault.ts';

/** A line that carries nothing may leave a fetch hanging, and one that is back carries the next. */
const TIMING = { patienceMs: 8000, pauseMs: 500 };

/** @throws Fault `offline`: it could not be had in `patienceMs`. */
export function patiently<T>(load: () => Promise<T>, { patienceMs, pauseMs }: typeof TIMING = TIMING): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(new Fault('offline'));
    }, patienceMs);
    const attempt = (): void => {
      if (!over) void load().then(arrive, () => setTimeout(attempt, pauseMs));
    };
    const arrive = (part: T): void => {
      clearTimeout(timer);
      resolve(part);
    };
    attempt();
  });
}
