/** What a person may choose before a call: languages, interests, and whether a bot would do. */

import { keep, kept } from './kept.ts';
import type { Prefs } from './types.ts';

export const MOST_LANGUAGES = 3;
export const MOST_INTERESTS = 3;

/** BCP 47 primary language subtags; their names come from the browser. */
export const LANGUAGES = [
  'ar', 'bg', 'bn', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fa', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'id',
  'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'nb', 'nl', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'sw', 'ta', 'th',
  'tl', 'tr', 'uk', 'ur', 'vi', 'zh',
] as const;

export const INTERESTS = [
  'music', 'films', 'books', 'games', 'sport', 'travel', 'food', 'nature', 'science', 'technology', 'art', 'history',
  'work', 'family', 'learning', 'anything',
] as const;

export type Interest = (typeof INTERESTS)[number];

const known: ReadonlySet<string> = new Set(LANGUAGES);

/** Norwegian browsers say `no` or `nn` as well as `nb`; Filipino is Tagalog by another tag. */
const SAME: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb', fil: 'tl', iw: 'he', in: 'id' };

/** Whether the person would talk to a bot; they would, unless they have said no on this device. */
const wantsBots = (): boolean => kept('bots') !== 'off';

/** Remember a no; a yes leaves nothing behind. */
export const rememberBots = (wanted: boolean): void => keep('bots', wanted ? null : 'off');

/** The browser's languages (BCP 47 tags, preferred first) as first choices; English where none is known. */
export function defaultPrefs(tags: readonly string[]): Prefs {
  const primary = tags.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').map((tag) => SAME[tag] ?? tag);
  const languages = [...new Set(primary)].filter((tag) => known.has(tag)).slice(0, MOST_LANGUAGES);
  return { languages: languages.length > 0 ? languages : ['en'], interests: [], bots: wantsBots() };
}

/** Add or remove one choice; a full list takes no more. */
export function toggled(list: readonly string[], one: string, most: number): string[] {
  if (list.includes(one)) return list.filter((other) => other !== one);
  return list.length < most ? [...list, one] : [...list];
}
