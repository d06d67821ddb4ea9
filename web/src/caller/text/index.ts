/** The words the page says, in the language it speaks now. English is always at hand; the others are fetched. */

import { signal } from '@preact/signals';
import { en, type Words } from './en.ts';

export type { Fault, Point, Words } from './en.ts';

/** The languages the page speaks, by their own names; keys are BCP 47 primary language subtags. */
export const SPOKEN = { de: 'Deutsch', en: 'English', es: 'Español', fr: 'Français', pt: 'Português' } as const;

export type Language = keyof typeof SPOKEN;

const FETCH: Readonly<Record<Language, () => Promise<Words>>> = {
  de: async () => (await import('./de.ts')).de,
  en: async () => en,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  pt: async () => (await import('./pt.ts')).pt,
};

const spoken = signal<{ language: Language; words: Words }>({ language: 'en', words: en });
let wanted: Language = 'en';

/** The language the page speaks now. */
export const language = (): Language => spoken.value.language;

/** The words of that language. Whatever is drawn from them is drawn again when the language changes. */
export const t = new Proxy(en, { get: (_, key: keyof Words) => spoken.value.words[key] });

/** Speak a language. Where its words cannot be fetched the page stays with the one it has, and this says false. */
export async function speak(next: Language): Promise<boolean> {
  wanted = next;
  try {
    const words = await FETCH[next]();
    // Whoever has chosen another one meanwhile has been waiting for that one.
    if (wanted === next) spoken.value = { language: next, words };
    return wanted === next;
  } catch {
    return false;
  }
}

export const speaks = (tag: string): tag is Language => Object.hasOwn(SPOKEN, tag);

/** The first of the preferred languages (BCP 47 tags) that the page speaks; English where it speaks none. Pure. */
export function languageFor(tags: readonly string[]): Language {
  return tags.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(speaks) ?? 'en';
}

/** Where the page of promises lies in a language. Pure. */
export const privacyPath = (code: Language): string => (code === 'en' ? '/privacy' : `/privacy/${code}`);
