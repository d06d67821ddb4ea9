/** Numbers as people read them. Pure. */

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60);
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** The name a language gives itself where the browser knows it, with a capital; else its tag. */
export function languageName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

type Unit = 'second' | 'minute' | 'hour';

/** Seconds under a minute, then hours and minutes, the nearest: `1 hour 5 minutes`. The browser knows the plurals. */
export function lasted(language: string, seconds: number): string {
  const of = (n: number, unit: Unit) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
  if (seconds < 60) return of(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [h > 0 ? of(h, 'hour') : '', m > 0 ? of(m, 'minute') : ''].filter(Boolean);
  return new Intl.ListFormat(language, { type: 'unit', style: 'narrow' }).format(parts);
}
