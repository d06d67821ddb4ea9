/** The words in German. Informal, and without a gender for anybody. */

import type { Words } from './en.ts';

export const de: Words = {
  name: 'Sotto',
  accept: 'Einverstanden', connect: 'Verbinden', cancel: 'Abbrechen', mute: 'Stumm', unmute: 'Ton an', next: 'Weiter',
  end: 'Auflegen', block: 'Blockieren', home: 'Zurück zum Start',
  you: 'Du', partner: 'Gegenüber', bot: 'KI-Bot', muted: 'Stumm',
  yourLevel: 'Deine Stimme', partnerLevel: 'Die Stimme deines Gegenübers',
  promise: 'Nur über Relays. Keine Aufzeichnung.',
  privacy: 'Was wir versprechen, und was nicht',
  language: 'Sprache dieser Seite',

  rules: {
    title: 'Ein Gespräch mit jemand Unbekanntem',
    line: 'Kein Konto, kein Profil. Ihr redet, und dann ist es vorbei.',
    howTitle: 'Wie wir miteinander umgehen',
    how: {
      adult: ['Nur für Erwachsene.', 'Mit „Einverstanden“ sagst du, dass du mindestens 18 bist.'],
      kind: ['Sei freundlich.', 'Keine Drohungen, kein Hass, keine Belästigung, nichts Sexuelles, um das niemand '
        + 'gebeten hat.'],
      mask: ['Bleib anonym.', 'Frag nicht nach Namen, Adressen, Konten oder Geld, und nimm nichts auf.'],
      door: ['Geh, wann du willst.', 'Weiter, Auflegen und Blockieren sind immer da. Du schuldest niemandem einen '
        + 'Grund.'],
    },
    knownTitle: 'Was über dich bekannt ist',
    known: {
      relay: ['Nicht deine IP-Adresse.', 'Gespräche laufen nur über Relays, nie direkt von dir zur anderen Person.'],
      silence: ['Nicht, was du sagst.', 'Nichts wird aufgezeichnet und nichts mitgeschrieben.'],
      shield: ['So wenig wie möglich.', 'Solange du hier bist, sehen der Dienst und seine Relays deine Adresse, wie '
        + 'jede Website. Gespeichert wird sie nirgends; gegen Missbrauch bleibt davon höchstens einen '
        + 'Tag lang eine unkenntliche Form.'],
    },
    bot: 'Ist die Stimme eine KI, sagt die Seite es dir vor dem ersten Wort.',
  },

  start: {
    title: 'Wann immer du magst',
    languages: 'Sprachen, die du sprichst',
    languagesHint: 'Du triffst Menschen, mit denen du mindestens eine teilst. Bis zu drei.',
    addLanguage: 'Sprache hinzufügen', removeLanguage: (name) => `${name} entfernen`,
    interests: 'Worüber du gern redest',
    interestsHint: 'Bis zu drei, oder keins. Was ihr beide mögt, wird bevorzugt, ist aber nie Bedingung.',
    microphone: 'Mikrofon', check: 'Mikrofon testen', stopCheck: 'Test beenden',
    checkHint: 'Du hörst nichts und sendest nichts: Sieh nach, ob deine Stimme ankommt.',
    checkAsking: 'Bitte erlaube das Mikrofon in deinem Browser.',
    checkOn: 'Sag etwas. Die Balken sollten sich bewegen.',
    device: 'Welches Mikrofon', unnamed: (n) => `Mikrofon ${n}`,
    sounds: 'Töne', soundsHint: 'Leise Töne, wenn ein Gespräch beginnt und wenn es endet.',
    soundsOn: 'Töne abspielen',
  },

  asking: {
    title: 'Alles wird vorbereitet',
    line: 'Bitte erlaube das Mikrofon, wenn dein Browser fragt. Noch hört dich niemand.',
    lineAgain: 'Niemand hört dich, bis jemand gefunden ist.',
    detail: 'Wir holen ein privates Relay für dich. Erst dann kommst du in die Warteschlange.',
  },

  waiting: {
    title: 'Wir suchen jemanden',
    elapsed: 'Wartezeit', noPlace: 'Dein Platz in der Warteschlange wird gesucht.',
    place: (position) =>
      (position === 1 ? 'Du bist als Nächstes dran.' : `Du bist Nummer ${position} in der Warteschlange.`),
    noEstimate: 'Noch keine Schätzung.',
    estimate: (s) => {
      if (s < 8) return 'Es dauert wohl nur ein paar Sekunden.';
      if (s < 50) return `Noch etwa ${Math.ceil(s / 10) * 10} Sekunden.`;
      const minutes = Math.round(s / 60);
      return minutes <= 1 ? 'Noch etwa eine Minute.' : `Noch etwa ${minutes} Minuten.`;
    },
    hitch: {
      unavailable: 'Der Dienst hat gerade eine Störung und kann niemanden vermitteln. Dein Platz bleibt dir.',
      paused: 'Die Vermittlung macht kurz Pause. Dein Platz bleibt dir.',
      bots_only: 'Gerade nimmt nur der KI-Bot Anrufe an. Du wartest auf einen Menschen und behältst deinen Platz.',
      no_bot: 'Noch ist weder ein Mensch noch der KI-Bot frei. Dein Platz bleibt dir.',
      people_only: 'Wie gewünscht wartest du auf einen Menschen, nicht auf den Bot.',
      bot_language: 'Der KI-Bot spricht deine Sprache nicht. Du wartest auf einen Menschen.',
    },
    notice: {
      partner_lost: 'Die Verbindung zu deinem Gegenüber ist weg. Du behältst deinen Platz in der Warteschlange.',
      failed: 'Das Gespräch kam nicht zustande. Du behältst deinen Platz in der Warteschlange.',
    },
    offline: 'Sotto ist gerade nicht erreichbar. Wir versuchen es weiter, und dein Platz bleibt eine Weile frei.',
    tips: [
      'Mit Kopfhörern versteht ihr euch beide besser.',
      'Kein erster Satz? Frag, was heute ein Lächeln wert war.',
      'Pausen sind in Ordnung. Zuhören ist die halbe Miete.',
      'Du kannst dich jederzeit stumm schalten, weitergehen oder auflegen.',
      'Behalte Namen, Adressen und Konten für dich.',
    ],
  },

  connecting: {
    title: 'Da ist jemand',
    line: 'Eine private Leitung zwischen euch entsteht.',
    offline: 'Sotto ist gerade nicht erreichbar. Wir versuchen es weiter.',
    stages: {
      channel: 'Privaten Kanal öffnen', parameters: 'Verschlüsselung vereinbaren', ice: 'Am Relay treffen',
      audio: 'Auf den ersten Ton warten', relay: 'Relay prüfen', microphone: 'Mikrofon öffnen',
    },
    done: 'erledigt',
  },

  bots: {
    title: 'Da ist ein KI-Bot', badge: 'KI-Bot, kein Mensch',
    means: 'Ein Computerprogramm hört zu und antwortet.',
    here: 'Nichts wird aufgenommen oder gespeichert. Was du sagst, wird auf diesem Server verarbeitet.',
    by: (who) => `Hier wird nichts aufgenommen oder gespeichert. Was du sagst, wird verarbeitet von ${who}.`,
    rather: 'Brich ab, wenn du das nicht möchtest.',
    reconnectingLine: 'Gleiches Gespräch, gleicher Bot. Bitte bleib einen Moment.',
    lost: 'Der Bot ist weg. Wir suchen weiter, und dein Platz in der Warteschlange bleibt dir.',
    ended: ['Der Bot hat aufgelegt', 'Mit „Weiter“ suchst du jemand anderen.'],
    person: 'Ein Mensch ist da. Wechseln?', personLine: 'Der Bot geht, und ihr zwei redet.',
    change: 'Ja, wechseln', stay: 'Beim Bot bleiben',
    changing: 'Du wirst mit dem Menschen verbunden.', missed: 'Der Mensch ist wieder weg. Der Bot ist noch bei dir.',
    legend: 'Wenn niemand frei ist', choice: 'Mit einem Bot reden, wenn niemand frei ist',
    hint: 'Der Bot sagt immer, dass er einer ist, und sobald ein Mensch frei ist, kannst du wechseln.',
  },

  talking: {
    title: 'Ihr seid im Gespräch', reconnecting: 'Verbindung wird erneuert',
    reconnectingLine: 'Gleiches Gespräch, gleiche Person. Bitte bleib einen Moment.',
    time: 'Gesprächsdauer', controls: 'Gespräch steuern',
    play: 'Tippen und zuhören', playHint: 'Dein Browser hält den Ton zurück, bis du tippst.',
    offline: 'Sotto ist gerade nicht erreichbar. Das Gespräch geht weiter.',
    endsSoon: (left) => `Das Zeitlimit für dieses Gespräch ist in ${left} erreicht.`,
    quality: {
      unknown: 'Leitung wird gemessen', 0: 'Kein Signal',
      1: 'Schwache Leitung', 2: 'Mittlere Leitung', 3: 'Gute Leitung', 4: 'Sehr gute Leitung',
    },
    compare: 'Vergleichen',
    blockTitle: 'Diese Person blockieren?', blockLine: 'Das Gespräch endet, und ihr werdet nicht wieder verbunden.',
    blockConfirm: 'Blockieren und gehen', blockCancel: 'Weiterreden',
  },

  microphone: {
    muted: 'Dein Mikrofon ist vom System stumm geschaltet, deshalb hört dich niemand.',
    silent: 'Von deinem Mikrofon kommt kein Ton.',
    lost: 'Dein Mikrofon ist weg. Wir versuchen, es zurückzubekommen.',
    refused: 'Dein Browser lässt Sotto das Mikrofon nicht mehr benutzen. Du kannst es in den Website-Einstellungen erlauben.',
    resume: 'Tippen, um weiterzusprechen',
  },

  ended: {
    reasons: {
      hangup: ['Du hast aufgelegt', 'Du bist weg, und niemand hört dich mehr.'],
      partner_left: ['Dein Gegenüber ist gegangen', 'Weitergezogen oder die Seite geschlossen. Das kommt vor.'],
      partner_lost: ['Verbindung zum Gegenüber verloren', 'Sie ist abgerissen und kam nicht zurück.'],
      failed: ['Die Leitung ist abgerissen', 'Die Verbindung ließ sich nicht halten.'],
      max_length: ['Die Zeit ist um', 'Gespräche haben ein Zeitlimit, und dieses hat es erreicht.'],
      gone: ['Das Gespräch ist vorbei', 'Der Dienst kennt dieses Gespräch nicht mehr.'],
    },
    blocked: ['Blockiert', 'Das Gespräch ist vorbei, und ihr werdet nicht wieder verbunden.'],
    talked: (length) => `Gesprächsdauer: ${length}.`,
    nothingKept: 'Nichts davon wurde aufbewahrt.',
  },

  error: {
    wait: (left) => `In ${left} kannst du es wieder versuchen.`,
    codes: {
      relay_unavailable: {
        title: 'Kein privates Relay frei',
        what: 'Jedes Gespräch läuft hier über ein Relay, damit niemand deine IP-Adresse erfährt. Gerade ist keins zu '
          + 'bekommen, deshalb bist du nicht in der Warteschlange.',
        next: 'Bitte versuch es gleich noch einmal.',
      },
      queue_unavailable: {
        title: 'Das Wartezimmer ist zu',
        what: 'Der Teil von Sotto, der Menschen zusammenbringt, antwortet nicht.',
        next: 'Bitte versuch es gleich noch einmal.',
      },
      server_full: {
        title: 'Sotto ist voll',
        what: 'Es sind mehr Menschen hier, als dieser Dienst aufnehmen kann.',
        next: 'Bitte versuch es in ein paar Minuten noch einmal.',
      },
      rate_limited: {
        title: 'Das war etwas schnell',
        what: 'Von deinem Anschluss kamen in kurzer Zeit zu viele Versuche.',
        next: 'Bitte warte einen Moment und verbinde dich dann neu.',
      },
      unauthorized: {
        title: 'Dein Besuch ist abgelaufen',
        what: 'Die Seite war lange offen, und ihr Ausweis gilt nicht mehr.',
        next: '„Verbinden“ beginnt einen neuen.',
      },
      superseded: {
        title: 'Sotto läuft anderswo weiter',
        what: 'Es wurde in einem anderen Fenster geöffnet, und das hat deinen Platz übernommen.',
        next: '„Verbinden“ holt ihn hierher zurück.',
      },
      microphone_refused: {
        title: 'Das Mikrofon ist nicht erlaubt',
        what: 'Dein Browser lässt Sotto nicht daran, und ohne Stimme gibt es kein Gespräch.',
        next: 'Öffne die Website-Einstellungen neben der Adresszeile, erlaube das Mikrofon und verbinde dich neu. Sieh '
          + 'auf dem Handy in den Systemeinstellungen nach, ob der Browser selbst es benutzen darf.',
      },
      microphone_absent: {
        title: 'Kein Mikrofon gefunden',
        what: 'Dein Browser sieht an diesem Gerät kein Mikrofon.',
        next: 'Schließ eins an oder schalte es ein und verbinde dich dann neu.',
      },
      microphone_busy: {
        title: 'Das Mikrofon ist belegt',
        what: 'Anscheinend benutzt es gerade ein anderes Programm.',
        next: 'Beende andere Anrufe oder Aufnahmen und verbinde dich dann neu.',
      },
      microphone_lost: {
        title: 'Das Mikrofon ist weg',
        what: 'Es wurde abgezogen oder ausgeschaltet und kam nicht wieder.',
        next: 'Steck es wieder ein oder wähle auf der Startseite ein anderes und verbinde dich dann neu.',
      },
      offline: {
        title: 'Keine Verbindung',
        what: 'Sotto ist von hier aus nicht erreichbar.',
        next: 'Prüfe, ob du online bist, und verbinde dich dann neu.',
      },
      leak: {
        title: 'Zu deinem Schutz gestoppt',
        what: 'Dein Browser bot einen Weg am Relay vorbei an, der deine IP-Adresse hätte zeigen können. Er wurde nicht '
          + 'gesendet.',
        next: 'Schalte Erweiterungen ab, die Anrufe verändern, oder nimm einen anderen Browser und verbinde dich neu.',
      },
      violated: {
        title: 'Das Gespräch war nicht sicher',
        what: 'Dein Browser und der deines Gegenübers prüfen einander, und diesmal ging die Prüfung schief. Vielleicht hat '
          + 'sich jemand dazwischen eingemischt, also wurde das Gespräch sofort beendet.',
        next: 'Verbinde dich neu, um jemand anderen zu treffen. Passiert es wieder, stimmt unterwegs oder in Sotto selbst '
          + 'etwas nicht.',
      },
      unsupported: {
        title: 'Dieser Browser kann nicht telefonieren',
        what: 'Ihm fehlt, was private Sprachanrufe brauchen, oder die Adresse beginnt nicht mit https.',
        next: 'Öffne diese Seite in einem aktuellen Firefox, Chrome, Edge oder Safari, nicht in einer anderen App.',
      },
      other_tab: {
        title: 'Sotto ist in einem anderen Tab offen',
        what: 'Eine Person, ein Gespräch: Nur ein Tab kann verbunden sein.',
        next: '„Verbinden“ holt es in diesen Tab.',
      },
      internal: {
        title: 'Etwas ist schiefgegangen',
        what: 'Das liegt an uns, nicht an dir.',
        next: 'Bitte versuch es noch einmal.',
      },
    },
  },

  interests: {
    music: 'Musik', films: 'Filme', books: 'Bücher', games: 'Spiele', sport: 'Sport', travel: 'Reisen', food: 'Essen',
    nature: 'Natur', science: 'Wissenschaft', technology: 'Technik', art: 'Kunst', history: 'Geschichte',
    work: 'Arbeit', family: 'Familie', learning: 'Lernen', anything: 'Irgendwas',
  },

  said: {
    muted: 'Du bist stumm.', unmuted: 'Du bist wieder zu hören.',
    partnerMuted: 'Dein Gegenüber ist stumm geschaltet.', partnerUnmuted: 'Dein Gegenüber ist wieder zu hören.',
    microphoneBack: 'Dein Mikrofon funktioniert wieder.',
    online: 'Sotto ist wieder erreichbar.', endsSoon: 'Dieses Gespräch endet in einer Minute.',
    recovered: 'Das Gespräch ist wieder da.',
    place: (position) => `Nummer ${position} in der Warteschlange.`,
  },
};
