/** What is said about the safety words, by language; fetched when there is a call. */

import type { Language } from '../index.ts';
import type { SafetyText } from './en.ts';

export type { SafetyText } from './en.ts';

export const SAFETY_TEXT: Readonly<Record<Language, () => Promise<SafetyText>>> = {
  de: async () => (await import('./de.ts')).de,
  en: async () => (await import('./en.ts')).en,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  pt: async () => (await import('./pt.ts')).pt,
};
