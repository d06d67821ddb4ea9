/** The cases that both languages replay. For tests only. */

import { readFileSync } from 'node:fs';

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}
