/** The words in English: the model that every other language has to match. Pure. */

import type { Interest } from '../choices.ts';
import type { EndReason, ErrorCode, Meters, MicrophoneTrouble, Stage } from '../types.ts';

/** What happened, and what to do about it. */
export interface Fault {
  title: string;
  what: string;
  next: string;
}

/** A rule or a fact: said in two or three words, then in a sentence. */
export type Point = readonly [string, string];

export const en = {
  name: 'Sotto',
  accept: 'Accept', connect: 'Connect', cancel: 'Cancel', mute: 'Mute', unmute: 'Unmute', next: 'Next', end: 'End',
  block: 'Block', home: 'Back to start',
  you: 'You', partner: 'Stranger', bot: 'AI bot', muted: 'Muted',
  yourLevel: 'Your voice', partnerLevel: 'Your partner’s voice',
  promise: 'Relay only. Nothing recorded.',
  privacy: 'What we promise, and what we cannot',
  language: 'Language of this page',

  rules: {
    title: 'A voice call with a stranger',
    line: 'No account and no profile. You talk, and then it is gone.',
    howTitle: 'How we treat each other',
    how: {
      adult: ['Adults only.', 'By accepting you say that you are 18 or older.'],
      kind: ['Be kind.', 'No threats, no hate, no harassment, nothing sexual that was not asked for.'],
      mask: ['Stay anonymous.', 'Do not ask for names, addresses, accounts or money, and do not record.'],
      door: ['Leave at any moment.', 'Next, End and Block are always there. You owe nobody a reason.'],
    } satisfies Record<string, Point>,
    knownTitle: 'What is known about you',
    known: {
      relay: ['Not your IP address.', 'Calls go through relays only, never from you to the other person.'],
      silence: ['Not what you say.', 'Nothing is recorded, and nothing is written down.'],
      shield: ['As little as can be.', 'While you are here the service and its relays see your address, as every '
        + 'website does. It is stored nowhere; to limit abuse a scrambled form of it is kept for a day at most.'],
    } satisfies Record<string, Point>,
    bot: 'If the voice you meet is an AI, the page says so before the first word.',
  },

  start: {
    title: 'Ready when you are',
    languages: 'Languages you speak', languagesHint: 'You meet people who share at least one. Up to three.',
    addLanguage: 'Add a language', removeLanguage: (name: string) => `Remove ${name}`,
    interests: 'Things you like to talk about',
    interestsHint: 'Up to three, or none. A shared one is preferred, never required.',
    microphone: 'Microphone', check: 'Check microphone', stopCheck: 'Stop check',
    checkHint: 'Hear nothing, send nothing: see whether it picks up your voice.',
    checkAsking: 'Please allow the microphone in your browser.', checkOn: 'Say something. The bars should move.',
    device: 'Which microphone', unnamed: (n: number) => `Microphone ${n}`,
    sounds: 'Sounds', soundsHint: 'Soft tones when a call begins and when it ends.', soundsOn: 'Play sounds',
  },

  asking: {
    title: 'Getting ready',
    line: 'Please allow the microphone if your browser asks. Nobody hears you yet.',
    lineAgain: 'Nobody hears you until someone is found.',
    detail: 'We are fetching a private relay for you. Only then do you join the queue.',
  },

  waiting: {
    title: 'Looking for someone',
    elapsed: 'Waiting for', noPlace: 'Finding your place in the queue.',
    place: (position: number) =>
      (position === 1 ? 'You are next in line.' : `You are number ${position} in the queue.`),
    noEstimate: 'No estimate yet.',
    estimate: (s: number) => {
      if (s < 8) return 'It should take a few seconds.';
      if (s < 50) return `About ${Math.ceil(s / 10) * 10} seconds to go.`;
      const minutes = Math.round(s / 60);
      return minutes <= 1 ? 'About a minute to go.' : `About ${minutes} minutes to go.`;
    },
    hitch: {
      unavailable: 'The service has trouble and can match nobody at the moment. You keep your place.',
      paused: 'Matching is paused for a moment. You keep your place.',
      bots_only: 'Only the AI bot takes calls at the moment. You wait for a person, and keep your place.',
      no_bot: 'Neither a person nor the AI bot is free yet. You keep your place.',
      people_only: 'As you chose, you wait for a person and not for the bot.',
      bot_language: 'The AI bot does not speak your language. You wait for a person.',
    },
    notice: {
      partner_lost: 'Your partner vanished. You keep your place in the queue.',
      failed: 'The call could not be connected. You keep your place in the queue.',
    },
    offline: 'Sotto cannot be reached right now. We keep trying, and your place is kept for a short while.',
    tips: [
      'Headphones make the call clearer for both of you.',
      'Stuck for a first line? Ask what made them smile today.',
      'A pause is fine. Listening is half of it.',
      'You can mute yourself, move on or leave at any time.',
      'Keep names, addresses and accounts to yourself.',
    ],
  },

  connecting: {
    title: 'Someone is here',
    line: 'Building a private line between you.',
    offline: 'Sotto cannot be reached right now. We keep trying.',
    stages: {
      channel: 'Opening a private channel', parameters: 'Agreeing on encryption', ice: 'Meeting at the relay',
      audio: 'Waiting for the first sound', relay: 'Checking the relay', microphone: 'Opening your microphone',
    } satisfies Record<Stage, string>,
    done: 'done',
  },

  bots: {
    title: 'An AI bot is here', badge: 'AI bot, not a person',
    means: 'A computer program listens and answers.',
    here: 'Nothing is recorded or stored. Your words are processed on this server.',
    by: (who: string) => `Nothing is recorded or stored here. Your words are processed by ${who}.`,
    rather: 'Cancel if you would rather not.',
    reconnectingLine: 'Same call, same bot. Please stay a moment.',
    lost: 'The bot was lost. We look on, and you keep your place in the queue.',
    ended: ['The bot ended the call', 'Next looks for someone else.'] as Point,
    person: 'A person is here. Switch?', personLine: 'The bot leaves, and you two talk.',
    change: 'Switch to the person', stay: 'Stay with the bot',
    changing: 'Connecting you to the person.', missed: 'The person is gone again. The bot is still with you.',
    legend: 'If nobody is free', choice: 'Talk to a bot if nobody is free',
    hint: 'The bot always says that it is one, and you can move on to a person when one is free.',
  },

  talking: {
    title: 'You are talking', reconnecting: 'Reconnecting',
    reconnectingLine: 'Same call, same person. Please stay a moment.',
    time: 'Time in call', controls: 'Call controls',
    play: 'Tap to hear your partner', playHint: 'Your browser holds back the sound until you tap.',
    offline: 'Sotto cannot be reached right now. The call goes on.',
    endsSoon: (left: string) => `This call reaches its time limit in ${left}.`,
    quality: {
      unknown: 'Measuring the line', 0: 'No signal',
      1: 'Weak line', 2: 'Fair line', 3: 'Good line', 4: 'Very good line',
    } satisfies Record<'unknown' | NonNullable<Meters['quality']>, string>,
    compare: 'Compare',
    blockTitle: 'Block this person?', blockLine: 'The call ends, and you two are not matched again.',
    blockConfirm: 'Block and leave', blockCancel: 'Keep talking',
  },

  microphone: {
    muted: 'Your microphone is muted by the system, so nobody hears you.',
    silent: 'No sound comes from your microphone.',
    lost: 'Your microphone was lost. We keep trying to get it back.',
    refused: 'Your browser no longer lets Sotto use the microphone. You can allow it in the site settings.',
    resume: 'Tap to resume',
  } satisfies Record<MicrophoneTrouble['kind'] | 'resume', string>,

  ended: {
    reasons: {
      hangup: ['You ended the call', 'You have left, and nobody hears you any more.'],
      partner_left: ['Your partner left', 'They moved on or closed the page. It happens.'],
      partner_lost: ['Your partner was lost', 'Their connection broke and did not come back.'],
      failed: ['The line broke', 'The connection could not be kept up.'],
      max_length: ['Time is up', 'Calls have a time limit, and this one reached it.'],
      gone: ['The call is over', 'The service no longer knows this call.'],
    } satisfies Record<EndReason, Point>,
    blocked: ['Blocked', 'The call is over, and you two will not be matched again.'] as Point,
    talked: (length: string) => `You talked for ${length}.`,
    nothingKept: 'Nothing of it was kept.',
  },

  error: {
    wait: (left: string) => `You can try again in ${left}.`,
    codes: {
      relay_unavailable: {
        title: 'No private relay is free',
        what: 'Every call here goes through a relay, so that nobody learns your IP address. None can be had right '
          + 'now, so you have not been queued.',
        next: 'Please try again in a moment.',
      },
      queue_unavailable: {
        title: 'The waiting room is closed',
        what: 'The part of Sotto that brings people together does not answer.',
        next: 'Please try again in a moment.',
      },
      server_full: {
        title: 'Sotto is full',
        what: 'More people are here than this service can hold.',
        next: 'Please try again in a few minutes.',
      },
      rate_limited: {
        title: 'That was a bit fast',
        what: 'Too many tries came from your connection in a short time.',
        next: 'Please wait a moment, then connect again.',
      },
      unauthorized: {
        title: 'Your visit has expired',
        what: 'The page was open for a long time, and its pass is no longer valid.',
        next: 'Connect starts a new one.',
      },
      superseded: {
        title: 'Sotto continues elsewhere',
        what: 'It was opened again in another window, which took your place.',
        next: 'Connect here moves it back.',
      },
      microphone_refused: {
        title: 'The microphone is not allowed',
        what: 'Your browser did not let Sotto use it, and without a voice there is no call.',
        next: 'Open the site settings beside the address bar, set Microphone to Allow, and connect again. On a phone,'
          + ' check in the system settings that the browser itself may use it.',
      },
      microphone_absent: {
        title: 'No microphone found',
        what: 'Your browser sees no microphone on this device.',
        next: 'Plug one in or switch it on, then connect again.',
      },
      microphone_busy: {
        title: 'The microphone is taken',
        what: 'Another program seems to be using it.',
        next: 'Close other calls or recorders, then connect again.',
      },
      microphone_lost: {
        title: 'The microphone went away',
        what: 'It was unplugged or switched off, and did not come back.',
        next: 'Plug it back in or choose another one on the start page, then connect again.',
      },
      offline: {
        title: 'No connection',
        what: 'Sotto cannot be reached from here.',
        next: 'Check that you are online, then connect again.',
      },
      leak: {
        title: 'Stopped to protect you',
        what: 'Your browser offered a way around the relay, which could have shown your IP address. It was not sent.',
        next: 'Switch off extensions that change calls, or try another browser, then connect again.',
      },
      violated: {
        title: 'The call was not safe',
        what: 'Your browser and your partner’s check each other, and this time the check failed. Somebody between you may '
          + 'have interfered, so the call was ended at once.',
        next: 'Connect again to meet someone else. If it happens again, something on the way, or in Sotto itself, is wrong.',
      },
      unsupported: {
        title: 'This browser cannot call',
        what: 'It lacks what private voice calls need, or this address does not start with https.',
        next: 'Open this page in a current Firefox, Chrome, Edge or Safari, not inside another app.',
      },
      other_tab: {
        title: 'Sotto is open in another tab',
        what: 'One person, one call: only one tab can be connected.',
        next: 'Connect here moves it to this tab.',
      },
      internal: {
        title: 'Something went wrong',
        what: 'This is our fault, not yours.',
        next: 'Please try again.',
      },
    } satisfies Record<ErrorCode, Fault>,
  },

  interests: {
    music: 'Music', films: 'Films', books: 'Books', games: 'Games', sport: 'Sport', travel: 'Travel', food: 'Food',
    nature: 'Nature', science: 'Science', technology: 'Technology', art: 'Art', history: 'History', work: 'Work',
    family: 'Family', learning: 'Learning', anything: 'Anything',
  } satisfies Record<Interest, string>,

  said: {
    muted: 'You are muted.', unmuted: 'You can be heard again.',
    partnerMuted: 'Your partner is muted.', partnerUnmuted: 'Your partner can be heard again.',
    microphoneBack: 'Your microphone works again.',
    online: 'Sotto can be reached again.', endsSoon: 'This call ends in one minute.', recovered: 'The call is back.',
    place: (position: number) => `Number ${position} in the queue.`,
  },
};

export type Words = typeof en;
