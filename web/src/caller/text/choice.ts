/** The language that a person chose for the page. It is kept in the browser, and only once chosen. */

import { keep, kept } from '../kept.ts';
import { speaks, type Language } from './index.ts';

/** What was chosen in an earlier visit, or null. */
export function chosen(): Language | null {
  const tag = kept('language');
  return tag !== null && speaks(tag) ? tag : null;
}

export const remember = (language: Language): void => keep('language', language);
