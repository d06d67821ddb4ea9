/**
 * The order in which two ends commit to their nonces and reveal them, as one table: phase × event. Pure.
 *
 * - idle: our commitment is not out yet; the partner's may be here.
 * - committed: ours is out; nothing is revealed before the partner's has come.
 * - revealed: both are out, and so is our nonce. The partner's is compared with what was committed to.
 * - verified: the partner kept to it, and the words can be derived.
 * - violated: somebody did not. There is no way back.
 *
 * What comes twice alike says nothing new: a channel that is set up again delivers everything again.
 */

import type { End } from './sas.ts';

export type Phase = 'idle' | 'committed' | 'revealed' | 'verified' | 'violated';

export interface Exchange {
  phase: Phase;
  /** Ours; `commitment` is null until it is out. */
  own: End & { commitment: string | null };
  /** What has come from the partner. */
  partner: { fingerprint: string | null; commitment: string | null; nonce: string | null };
}

export type ExchangeEvent =
  /** Our own commitment is computed. */
  | { type: 'commit'; commitment: string }
  /** This fingerprint of the partner goes into the remote description. */
  | { type: 'describe'; fingerprint: string }
  | { type: 'commitment'; commitment: string }
  | { type: 'reveal'; nonce: string }
  /** Whether the partner's commitment is the one of fingerprint and nonce. */
  | { type: 'verdict'; kept: boolean };

/** What is to be done: send our commitment or nonce, compare the partner's, derive the words, end the call. */
export type Step = 'commit' | 'reveal' | 'compare' | 'derive' | 'violate';
type Result = [Exchange, Step[]];
type Row = { [T in ExchangeEvent['type']]?: (state: Exchange, event: ExchangeEvent & { type: T }) => Result };

export const begin = (own: End): Exchange => ({
  phase: 'idle', own: { ...own, commitment: null }, partner: { fingerprint: null, commitment: null, nonce: null },
});

const violate = (state: Exchange): Result => [{ ...state, phase: 'violated' }, ['violate']];

/** Go as far as what is known allows. */
function advance(state: Exchange, steps: Step[]): Result {
  const { phase, partner } = state;
  if (phase === 'committed' && partner.commitment !== null) {
    return advance({ ...state, phase: 'revealed' }, [...steps, 'reveal']);
  }
  const whole = phase === 'revealed' && partner.nonce !== null && partner.fingerprint !== null;
  return [state, whole ? [...steps, 'compare'] : steps];
}

/** Take what the partner says once; the same again changes nothing, something else, or our own, is a violation. */
function take(state: Exchange, name: keyof Exchange['partner'], value: string): Result {
  if (value === state.own[name]) return violate(state);
  const known = state.partner[name];
  if (known !== null) return known === value ? [state, []] : violate(state);
  return advance({ ...state, partner: { ...state.partner, [name]: value } }, []);
}

const takes = {
  describe: (state, { fingerprint }) => take(state, 'fingerprint', fingerprint),
  commitment: (state, { commitment }) => take(state, 'commitment', commitment),
} satisfies Row;
const reveal = (state: Exchange, { nonce }: { nonce: string }): Result => take(state, 'nonce', nonce);

const table: Record<Phase, Row> = {
  idle: {
    ...takes,
    commit: (state, { commitment }) => (commitment === state.partner.commitment
      ? violate(state)
      : advance({ ...state, phase: 'committed', own: { ...state.own, commitment } }, ['commit'])),
    reveal: violate,
  },
  committed: { ...takes, reveal: violate },
  revealed: {
    ...takes,
    reveal,
    verdict: (state, { kept }) => (kept ? [{ ...state, phase: 'verified' }, ['derive']] : violate(state)),
  },
  verified: { ...takes, reveal },
  violated: {},
};

/** The next state, and what is to be done now. An event that the phase does not know changes nothing. */
export function exchange(state: Exchange, event: ExchangeEvent): Result {
  // The table's own type proves each entry against its column; the look-up cannot carry that proof.
  const row = table[state.phase] as Partial<Record<string, (state: Exchange, event: ExchangeEvent) => Result>>;
  return row[event.type]?.(state, event) ?? [state, []];
}
