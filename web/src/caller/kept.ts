/** What the page keeps in the browser: what the person has chosen, and nothing else. */

type Choice = 'language' | 'sounds' | 'bots';

const keyOf = (choice: Choice): string => `sotto-${choice}`;

/** What was chosen in an earlier visit, or null. */
export function kept(choice: Choice): string | null {
  try {
    return localStorage.getItem(keyOf(choice));
  } catch {
    // A browser may forbid to keep anything, and says so by throwing: the choice then lasts as long as the page.
    return null;
  }
}

/** Remember a choice; null forgets it. */
export function keep(choice: Choice, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(keyOf(choice));
    else localStorage.setItem(keyOf(choice), value);
  } catch {
    // As above.
  }
}
