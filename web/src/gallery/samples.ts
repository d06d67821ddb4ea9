/** One state for each thing the caller page can show; names are the gallery's addresses. */

import type { ErrorCode, EndReason, State } from '../caller/types.ts';

const call = { callId: 'AAAAAAAAAAAAAAAAAAAAAA', partner: 'human', speechBy: null } as const;
const well = { offline: false, microphone: null } as const;
const waiting = { screen: 'waiting', position: 3, estimateS: 20, hitch: null, notice: null, ...well } as const;
const connecting = {
  screen: 'connecting', stage: 'ice', ...call, queuedMs: 0, partnerMuted: false, playbackBlocked: false,
  safetyWords: null, ...well,
} as const;
const CODES: readonly ErrorCode[] = [
  'relay_unavailable', 'queue_unavailable', 'server_full', 'rate_limited', 'unauthorized', 'superseded',
  'microphone_refused', 'microphone_absent', 'microphone_busy', 'microphone_lost', 'offline', 'leak', 'violated',
  'unsupported', 'other_tab', 'internal',
];
const REASONS: readonly EndReason[] = ['hangup', 'partner_left', 'partner_lost', 'failed', 'max_length', 'gone'];

export function samples(nowMs: number): Record<string, State> {
  const talking = {
    screen: 'talking', ...call, sinceMs: nowMs - 754_000, endsMs: nowMs + 2_846_000, muted: false, partnerMuted: false,
    endsSoon: false, playbackBlocked: false, safetyWords: [5, 43, 22, 51], person: 'none', ...well,
  } as const;
  return {
    rules: { screen: 'rules' },
    start: { screen: 'start' },
    asking: { screen: 'asking', again: false, ...well },
    'asking-again': { screen: 'asking', again: true, ...well, offline: true },
    waiting: { ...waiting, sinceMs: nowMs - 42_000 },
    'waiting-first': { ...waiting, sinceMs: nowMs - 4_000, position: null, estimateS: null },
    'waiting-back': {
      ...waiting, sinceMs: nowMs - 4_000, position: 1, estimateS: null, notice: 'failed', offline: true,
    },
    'waiting-microphone': { ...waiting, sinceMs: nowMs - 4_000, microphone: { kind: 'lost', tap: false } },
    'waiting-bot-lost': { ...waiting, sinceMs: nowMs - 4_000, position: 1, notice: 'bot_lost' },
    'waiting-paused': { ...waiting, sinceMs: nowMs - 4_000, hitch: 'paused' },
    'waiting-people': { ...waiting, sinceMs: nowMs - 4_000, hitch: 'people_only' },
    connecting,
    'connecting-trouble': { ...connecting, offline: true },
    'connecting-bot': { ...connecting, stage: 'channel', partner: 'bot' },
    talking,
    'talking-muted': { ...talking, muted: true, partnerMuted: true, endsSoon: true, endsMs: nowMs + 48_000 },
    'talking-trouble': { ...talking, offline: true, playbackBlocked: true },
    'talking-unproved': { ...talking, safetyWords: null },
    'talking-microphone-muted': { ...talking, microphone: { kind: 'muted', tap: true } },
    'talking-microphone-lost': { ...talking, microphone: { kind: 'lost', tap: false } },
    'talking-microphone-refused': { ...talking, partnerMuted: true, microphone: { kind: 'refused', tap: true } },
    'talking-microphone-silent': { ...talking, microphone: { kind: 'silent', tap: true } },
    'talking-bot': { ...talking, partner: 'bot' },
    'talking-bot-elsewhere': { ...talking, partner: 'bot', speechBy: 'Example Speech', screen: 'reconnecting' },
    'talking-bot-person': { ...talking, partner: 'bot', person: 'here' },
    'talking-bot-asked': { ...talking, partner: 'bot', person: 'asked' },
    'talking-bot-missed': { ...talking, partner: 'bot', person: 'missed' },
    reconnecting: { ...talking, screen: 'reconnecting' },
    'ended-bot': { screen: 'ended', partner: 'bot', reason: 'partner_left', blocked: false, talkedS: 65 },
    'ended-blocked': { screen: 'ended', partner: 'human', reason: 'hangup', blocked: true, talkedS: 65 },
    ...Object.fromEntries(REASONS.map((reason) =>
      [`ended-${reason}`, { screen: 'ended', partner: 'human', reason, blocked: false, talkedS: 754 } satisfies State])),
    ...Object.fromEntries(CODES.map((code) =>
      [`error-${code}`, { screen: 'error', code, retryAfterS: code === 'rate_limited' ? 30 : null } satisfies State])),
  };
}
