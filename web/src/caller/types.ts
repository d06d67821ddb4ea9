/** The caller page's states, events and effects: the contract between the pure machine, the view and the edges. */

export type Side = 'a' | 'b';
export type Partner = 'human' | 'bot';
export type Stage = 'channel' | 'parameters' | 'ice' | 'audio' | 'relay' | 'microphone';
export type EndReason = 'hangup' | 'partner_left' | 'partner_lost' | 'failed' | 'max_length' | 'gone';

/** Four places in the list of emoji; see `call/sas.ts`. */
export type SafetyWords = readonly [number, number, number, number];

export interface Prefs {
  languages: string[];
  interests: string[];
  /** Whether a bot would do, where no person is free. */
  bots: boolean;
}

/** Why a person who was further along is back in the queue. */
export type Notice = 'partner_lost' | 'bot_lost' | 'failed' | null;

/** Why a person waits, where it is not only that nobody who fits is there; by the last two, that no bot will come. */
export type Hitch = 'unavailable' | 'paused' | 'bots_only' | 'no_bot' | 'people_only' | 'bot_language';

/** Stable codes: the server's (`matcher/errors.py`) and the page's own. */
export type ErrorCode =
  | 'relay_unavailable' | 'queue_unavailable' | 'server_full' | 'rate_limited' | 'unauthorized' | 'superseded'
  | 'microphone_refused' | 'microphone_absent' | 'microphone_busy' | 'microphone_lost'
  | 'offline' | 'leak' | 'violated' | 'unsupported' | 'other_tab' | 'internal';

export interface Call {
  callId: string;
  partner: Partner;
  /** Who processes a bot's speech, in the operator's words; null: this service's own server. */
  speechBy: string | null;
}

/**
 * In a call with a bot, a person instead: nobody; one is here, and a connection to them is ready; they were asked for;
 * they had gone by then.
 */
export type Person = 'none' | 'here' | 'asked' | 'missed';

/**
 * What is wrong with the person's own microphone: muted by the system, silent without a reason, gone and being opened
 * again, or gone and refused. `tap`: only a gesture of the person helps.
 */
export interface MicrophoneTrouble {
  kind: 'muted' | 'silent' | 'lost' | 'refused';
  tap: boolean;
}

/** What waiting callers and talking ones have in common. */
interface Present {
  offline: boolean;
  microphone: MicrophoneTrouble | null;
}

export type State =
  | { screen: 'rules' }
  | { screen: 'start' }
  // `again`: the microphone has been allowed in an earlier call of this visit.
  | ({ screen: 'asking'; again: boolean } & Present)
  | ({ screen: 'waiting'; position: number | null; estimateS: number | null; hitch: Hitch | null; sinceMs: number;
      notice: Notice } & Present)
  // The partner may mute, playback be refused and the socket fail before the first audio counts as a talk.
  // `safetyWords`: null until both sides have made them, which a partner with an older page never does.
  // `queuedMs`: when the wait began that a failed call goes back to.
  | ({ screen: 'connecting'; stage: Stage; queuedMs: number; partnerMuted: boolean;
      playbackBlocked: boolean; safetyWords: SafetyWords | null } & Present & Call)
  | ({ screen: 'talking' | 'reconnecting'; sinceMs: number; endsMs: number; muted: boolean; partnerMuted: boolean;
      endsSoon: boolean; playbackBlocked: boolean; safetyWords: SafetyWords | null; person: Person } & Present & Call)
  | { screen: 'ended'; partner: Partner; reason: EndReason; blocked: boolean; talkedS: number }
  | { screen: 'error'; code: ErrorCode; retryAfterS: number | null };

export type Screen = State['screen'];

export type Event =
  // What the person does.
  | { type: 'accept' } | { type: 'connect' } | { type: 'cancel' } | { type: 'mute' } | { type: 'unmute' }
  | { type: 'next' } | { type: 'end'; nowMs: number } | { type: 'block'; nowMs: number } | { type: 'home' } | { type: 'play' }
  | { type: 'resume' } | { type: 'change' } | { type: 'stay' }
  // What the edges report. Times, here and above, are ms since the Unix epoch.
  | { type: 'waiting'; position: number; estimateS: number | null; hitch: Hitch | null; nowMs: number }
  | { type: 'matched'; call: Call; nowMs: number }
  | { type: 'stage'; callId: string; stage: Stage }
  | { type: 'talking'; callId: string; nowMs: number; endsMs: number }
  | { type: 'suspect'; callId: string } | { type: 'recovered'; callId: string }
  | { type: 'partnerMuted'; callId: string; muted: boolean }
  | { type: 'safetyWords'; callId: string; words: SafetyWords }
  | { type: 'endsSoon'; callId: string }
  | { type: 'person'; callId: string; free: boolean }
  | { type: 'playbackBlocked' }
  | { type: 'microphone'; trouble: MicrophoneTrouble | null }
  | { type: 'ended'; callId: string; reason: EndReason; requeued: boolean; nowMs: number }
  | { type: 'offline' } | { type: 'online' }
  | { type: 'failed'; code: ErrorCode; retryAfterS: number | null };

/** What the machine asks the edges to do. */
export type Effect =
  | { type: 'begin' }        // microphone, session, socket, hello, relay, prepared connection, ready
  | { type: 'stop' }         // leave, close everything, release the microphone
  | { type: 'mute'; muted: boolean }
  | { type: 'next' } | { type: 'hangup' } | { type: 'block' }
  | { type: 'change' }       // leave the bot for the person, inside the person's gesture
  | { type: 'stay' }         // tell that the bot is preferred
  | { type: 'play' }         // start playback inside the person's gesture
  | { type: 'resume' };      // open the microphone anew inside the person's gesture

export type Transition = (state: State, event: Event) => [State, Effect[]];

/** What the view reads besides the state; the edges write these. */
export interface Meters {
  /** 0 to 1, about ten times a second. */
  microphone: number;
  partner: number;
  /** 0 (none) to 4 bars; null: not measured yet. */
  quality: 0 | 1 | 2 | 3 | 4 | null;
}
