/** The caller page's states, events and effects: the contract between the pure machine, the view and the edges. */

export type Side = 'a' | 'b';
export type Partner = 'human' | 'bot';
export type Stage = 'channel' | 'parameters' | 'ice' | 'audio' | 'relay' | 'microphone';
export type EndReason = 'hangup' | 'partner_left' | 'partner_lost' | 'failed' | 'max_length' | 'gone';

export interface Prefs {
  languages: string[];
  interests: string[];
}

/** Why a person who was further along is back in the queue. */
export type Notice = 'partner_lost' | 'failed' | null;

/** Stable codes: the server's (`matcher/errors.py`) and the page's own. */
export type ErrorCode =
  | 'relay_unavailable' | 'queue_unavailable' | 'server_full' | 'rate_limited' | 'unauthorized' | 'superseded'
  | 'microphone_refused' | 'microphone_absent' | 'microphone_busy' | 'microphone_lost'
  | 'offline' | 'leak' | 'unsupported' | 'other_tab' | 'internal';

export interface Call {
  callId: string;
  partner: Partner;
}

export type State =
  | { screen: 'rules' }
  | { screen: 'start' }
  // `again`: the microphone has been allowed in an earlier call of this visit.
  | { screen: 'asking'; again: boolean; offline: boolean }
  | { screen: 'waiting'; position: number | null; estimateS: number | null; sinceMs: number; notice: Notice; offline: boolean }
  // The partner may mute, playback be refused and the socket fail before the first audio counts as a talk.
  // `queuedMs`: when the wait began that a failed call goes back to.
  | ({ screen: 'connecting'; stage: Stage; queuedMs: number; partnerMuted: boolean; offline: boolean;
      playbackBlocked: boolean } & Call)
  | ({ screen: 'talking' | 'reconnecting'; sinceMs: number; endsMs: number; muted: boolean; partnerMuted: boolean;
      offline: boolean; endsSoon: boolean; playbackBlocked: boolean } & Call)
  | { screen: 'ended'; reason: EndReason; blocked: boolean; talkedS: number }
  | { screen: 'error'; code: ErrorCode; retryAfterS: number | null };

export type Screen = State['screen'];

export type Event =
  // What the person does.
  | { type: 'accept' } | { type: 'connect' } | { type: 'cancel' } | { type: 'mute' } | { type: 'unmute' }
  | { type: 'next' } | { type: 'end'; nowMs: number } | { type: 'block'; nowMs: number } | { type: 'home' } | { type: 'play' }
  // What the edges report. Times, here and above, are ms since the Unix epoch.
  | { type: 'waiting'; position: number; estimateS: number | null; nowMs: number }
  | { type: 'matched'; call: Call; nowMs: number }
  | { type: 'stage'; callId: string; stage: Stage }
  | { type: 'talking'; callId: string; nowMs: number; endsMs: number }
  | { type: 'suspect'; callId: string } | { type: 'recovered'; callId: string }
  | { type: 'partnerMuted'; callId: string; muted: boolean }
  | { type: 'endsSoon'; callId: string }
  | { type: 'playbackBlocked' }
  | { type: 'ended'; callId: string; reason: EndReason; requeued: boolean; nowMs: number }
  | { type: 'offline' } | { type: 'online' }
  | { type: 'failed'; code: ErrorCode; retryAfterS: number | null };

/** What the machine asks the edges to do. */
export type Effect =
  | { type: 'begin' }        // microphone, session, socket, hello, relay, prepared connection, ready
  | { type: 'stop' }         // leave, close everything, release the microphone
  | { type: 'mute'; muted: boolean }
  | { type: 'next' } | { type: 'hangup' } | { type: 'block' }
  | { type: 'play' };        // start playback inside the person's gesture

export type Transition = (state: State, event: Event) => [State, Effect[]];

/** What the view reads besides the state; the edges write these. */
export interface Meters {
  /** 0 to 1, about ten times a second. */
  microphone: number;
  partner: number;
  /** 0 (none) to 4 bars; null: not measured yet. */
  quality: 0 | 1 | 2 | 3 | 4 | null;
}
