/** What we promise and what we cannot, in English: the model for every other language. Pure. */

/** Said in a few words, then in a sentence or two. */
export type Said = readonly [string, string];

export const en = {
  title: 'What we promise, and what we cannot',
  short: 'Privacy',
  summary: 'What Sotto promises about your privacy, the test behind each promise, and what it cannot promise.',
  lead: 'Behind each promise on this page stands a test: a program that tries to prove us wrong whenever we change '
    + 'something. What we cannot test, we do not promise.',
  back: 'Back to Sotto',
  languages: 'Language of this page',

  groups: {
    address: 'Your address',
    voice: 'Your voice',
    person: 'Who you are',
    partner: 'The other person',
  },

  promises: {
    'relay-only': ['The other person never gets your IP address.',
      'Every call runs through relays at both ends. No setting turns that off, not even one of ours.'],
    'no-way-past': ['Nothing slips past the relays.',
      'If your browser so much as offers a direct way, the page stops the call before that offer leaves.'],
    'no-relay-no-call': ['No relay, no call.',
      'If there is no relay for you, the page says so. It does not put you through without one.'],
    'not-written-down': ['Your address is written down nowhere.',
      'Not in logs, not in memory stores, not in error reports. Our tests plant traces all through a call and then '
      + 'search for them everywhere.'],
    'scrambled-for-a-day': ['Against abuse we count, for a day.',
      'For that we keep your address in a scrambled form only. After a day the key to it is gone, and nobody can '
      + 'tell any more whose it was.'],

    'not-through-us': ['Between people, your voice does not pass through our server.',
      'It goes encrypted from your browser, over relays, to the other browser. While you talk, our server hears a '
      + 'few short messages, such as “still here”.'],
    'safety-words': ['You can check that nobody sits in between.',
      'Compare shows you both four words. Read them to each other: with somebody in the middle, they would not be '
      + 'the same.'],
    'steady-packets': ['Even the size of the packets keeps quiet.',
      'Whether you talk or listen, your browser sends as much. Nobody can read your words from the rhythm of your '
      + 'line.'],

    'no-trace': ['No account, no cookies, no trackers.',
      'The page asks nobody but us, and leaves nothing in your browser but itself, and what you chose there: its '
      + 'language, no sounds, no bot.'],
    'random-number': ['You are a random number.',
      'You get a new one with every visit, and it expires.'],
    'everything-ends': ['Everything we remember has an end.',
      'Who waits, who talks, who blocked whom: each entry has a date on which it is deleted.'],
    'gone-when-closed': ['Close the page and you are gone.',
      'Your place, your call and your microphone end at once.'],

    'only-you-two': ['Only the two of you share a line.',
      'Nobody else can read or write the messages that set up your call.'],
    'hostile-partner': ['A hostile partner gets nowhere.',
      'Whatever arrives is checked before it is used. Whatever does not belong in a call is thrown away.'],
    'nowhere-else': ['Our own relay leads nowhere else.',
      'Nobody can use it to reach into private networks.'],
    'bot-named': ['A bot says that it is one.',
      'The page names it before its first word. Whoever wants no bot never meets one.'],
    'bot-forgets': ['What you say to a bot is forgotten.',
      'It is in no file, no log and no metric, and the bot’s memory of you ends with the call. The page says who processes '
      + 'your words; what they do is up to them.'],
    'blocked-stays-blocked': ['Whoever you block stays away.',
      'You do not meet again as long as your visits and our memory last. It is never on a disk, and holds your latest '
      + '64 blocks.'],
  } satisfies Record<string, Said>,

  proof: (tests: number) => (tests === 1 ? 'The test behind it' : `The ${tests} tests behind it`),

  limitsTitle: 'What we cannot promise',
  limitsLead: 'No honest service can promise these things, so please know them.',
  limits: {
    recording: ['The other person is free.', 'They can record you, know your voice, or remember what you say. Tell a '
      + 'stranger only what a stranger may know.'],
    bot: ['A bot hears what you say.', 'With an AI bot, encryption ends at the machine that runs it. '
      + 'There your words are understood and answered. The page names whoever else processes them.'],
    'our-server': ['We see your address while you are here.', 'So does every website, and so do the relays. We keep '
      + 'it nowhere, but a server that was taken over could.'],
    networks: ['Networks see that you call.', 'Your internet provider and the operator of the relay see addresses, '
      + 'when a call begins and ends, how much is sent, and perhaps whether you are muted. They do not hear it.'],
    region: ['A relay hints at a place.', 'You get one near you, and sound takes longer from afar. The other person '
      + 'might guess your part of the world, and which browser you use.'],
    'our-page': ['This page comes from us.', 'Your browser fetches it anew each time. Whoever controls our server '
      + 'could send one that breaks every promise here. If you must rule that out, run Sotto yourself.'],
    'set-up': ['The messages that set up a call pass through us or our provider.', 'Whoever carries them could try '
      + 'to sit between you. Comparing the words shows it, but only if you do it, and not against somebody who can '
      + 'imitate both your voices.'],
    block: ['A block ends with the visit.', 'We do not know anybody, so we do not know who comes back. And if our '
      + 'memory is lost while you neither wait nor talk, your blocks are lost with it.'],
    device: ['Your device is out of our hands.', 'Extensions, other programs and people in the room may listen.'],
  } satisfies Record<string, Said>,

  checkTitle: 'See for yourself',
  check: 'Under each promise stand the names of its tests in the source code. There, “make test” runs them all on '
    + 'your own machine, and THREAT_MODEL.md lists what exists about you, where, and for how long.',
};

/** Everything the page says, in one language; a missing key does not type-check. */
export type PrivacyWords = typeof en;
