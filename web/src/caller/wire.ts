/** The messages of the queue's socket (`WS /v1/queue`); `matcher/wire.py` is the list that counts. Pure. */

import type { Description } from '../call/parameters.ts';
import type { EndReason, Hitch, Partner, Prefs, Side, Stage } from './types.ts';

export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

export interface Grant {
  url: string;
  key: string;
  token: string;
}

/** In s. */
export interface Deadlines {
  channel_s: number;
  parameters_s: number;
  ice_s: number;
  audio_s: number;
  call_s: number;
}

export type ClientMessage =
  | { type: 'hello'; token: string; prefs: Prefs; call_id?: string }
  | { type: 'ready'; description?: Description } | { type: 'leave' } | { type: 'heartbeat' }
  | { type: 'ack' | 'connected' | 'renew' | 'hangup' | 'block' | 'stay'; call_id: string }
  | { type: 'switch'; call_id: string; description?: Description }
  | { type: 'next'; call_id?: string } | { type: 'failed'; call_id: string; stage: Stage };

export interface Matched {
  type: 'matched';
  call_id: string;
  topic: string;
  side: Side;
  partner: Partner;
  channel: Grant;
  deadlines: Deadlines;
  /** Names the connection of ours whose description the partner is told. */
  ufrag?: string;
  /** The partner's, to be validated like whatever comes from him; also as `described`, or through the channel alone. */
  description?: unknown;
  /** Who processes a bot's speech, where that is not this service's own server. */
  speech_by?: string;
}

export type ServerMessage =
  | { type: 'session'; token: string; fresh_s: number }
  | { type: 'relay'; ice_servers: IceServer[]; expires_at: number; describe?: boolean }
  | { type: 'waiting'; position: number; estimate_s?: number; hitch?: Hitch }
  | Matched
  | { type: 'described'; call_id: string; description: unknown }
  | { type: 'resumed'; call_id: string; channel: Grant }
  | { type: 'renewed'; call_id: string; ice_servers: IceServer[]; expires_at: number }
  | { type: 'person'; call_id: string; free: boolean; ice_servers?: IceServer[]; describe?: boolean }
  | { type: 'ended'; call_id: string; reason: EndReason; requeued?: boolean }
  | { type: 'error'; code: string; message: string; retry_after?: number | null }
  | { type: 'heartbeat' };

const TYPES: ReadonlySet<unknown> = new Set([
  'session', 'relay', 'waiting', 'matched', 'described', 'resumed', 'renewed', 'person', 'ended', 'error', 'heartbeat',
]);

/** A message from our own server, or null where it is of a type that this page does not know. */
export function readServerMessage(text: unknown): ServerMessage | null {
  if (typeof text !== 'string') return null;
  try {
    const message = JSON.parse(text) as { type?: unknown } | null;
    return TYPES.has(message?.type) ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
