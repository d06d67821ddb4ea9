/** What we promise and what we cannot, in German. Informal, and without a gender for anybody. */

import type { PrivacyWords } from './en.ts';

export const de: PrivacyWords = {
  title: 'Was wir versprechen, und was wir nicht können',
  short: 'Privatsphäre',
  summary: 'Was Sotto über deine Privatsphäre verspricht, welcher Test hinter jedem Versprechen steht, und was '
    + 'niemand versprechen kann.',
  lead: 'Hinter jedem Versprechen auf dieser Seite steht ein Test: ein Programm, das uns bei jeder Änderung zu '
    + 'widerlegen versucht. Was wir nicht prüfen können, versprechen wir nicht.',
  back: 'Zurück zu Sotto',
  languages: 'Sprache dieser Seite',

  groups: {
    address: 'Deine Adresse',
    voice: 'Deine Stimme',
    person: 'Wer du bist',
    partner: 'Dein Gegenüber',
  },

  promises: {
    'relay-only': ['Dein Gegenüber bekommt nie deine IP-Adresse.',
      'Jedes Gespräch läuft auf beiden Seiten über Relays. Keine Einstellung schaltet das ab, auch keine von uns.'],
    'no-way-past': ['Nichts kommt an den Relays vorbei.',
      'Bietet dein Browser auch nur einen direkten Weg an, bricht die Seite ab, bevor dieses Angebot hinausgeht.'],
    'no-relay-no-call': ['Ohne Relay kein Gespräch.',
      'Gibt es kein Relay für dich, sagt die Seite es dir. Ohne verbindet sie dich nicht.'],
    'not-written-down': ['Deine Adresse wird nirgends aufgeschrieben.',
      'Nicht in Protokollen, nicht in Speichern, nicht in Fehlerberichten. Unsere Tests legen ein ganzes Gespräch '
      + 'lang Spuren aus und suchen dann überall nach ihnen.'],
    'scrambled-for-a-day': ['Gegen Missbrauch zählen wir, einen Tag lang.',
      'Dafür behalten wir deine Adresse nur in unkenntlicher Form. Nach einem Tag ist der Schlüssel dazu weg, und '
      + 'niemand kann mehr sagen, wessen Adresse es war.'],

    'not-through-us': ['Zwischen Menschen läuft deine Stimme nicht über unseren Server.',
      'Sie geht verschlüsselt von deinem Browser über Relays zum anderen. Während ihr redet, hört unser Server ein '
      + 'paar kurze Nachrichten, etwa „noch da“.'],
    'safety-words': ['Ihr könnt prüfen, dass niemand dazwischensitzt.',
      '„Vergleichen“ zeigt euch beiden vier Wörter. Lest sie einander vor: Säße jemand in der Mitte, wären es nicht '
      + 'dieselben.'],
    'steady-packets': ['Selbst die Größe der Pakete verrät nichts.',
      'Ob du redest oder zuhörst: Dein Browser sendet gleich viel. Niemand liest deine Worte am Takt deiner Leitung '
      + 'ab.'],

    'no-trace': ['Kein Konto, keine Cookies, keine Tracker.',
      'Die Seite fragt niemanden außer uns und lässt in deinem Browser nichts zurück als sich selbst, und was '
      + 'du darin gewählt hast: ihre Sprache, keine Töne, kein Bot.'],
    'random-number': ['Du bist eine Zufallszahl.',
      'Mit jedem Besuch bekommst du eine neue, und sie läuft ab.'],
    'everything-ends': ['Alles, was wir uns merken, hat ein Ende.',
      'Wer wartet, wer redet, wer wen blockiert hat: Jeder Eintrag hat ein Datum, an dem er gelöscht wird.'],
    'gone-when-closed': ['Schließ die Seite, und du bist weg.',
      'Dein Platz, dein Gespräch und dein Mikrofon enden sofort.'],

    'only-you-two': ['Nur ihr zwei teilt euch eine Leitung.',
      'Niemand sonst kann die Nachrichten lesen oder schreiben, die euer Gespräch herstellen.'],
    'hostile-partner': ['Ein feindliches Gegenüber kommt nicht weit.',
      'Was ankommt, wird geprüft, bevor es benutzt wird. Was in kein Gespräch gehört, wird weggeworfen.'],
    'nowhere-else': ['Unser eigenes Relay führt nirgendwo sonst hin.',
      'Niemand kommt damit in private Netze.'],
    'bot-named': ['Ein Bot sagt, dass er einer ist.',
      'Die Seite nennt ihn vor seinem ersten Wort. Wer keinen Bot will, trifft nie einen.'],
    'bot-forgets': ['Was du einem Bot sagst, wird vergessen.',
      'Es steht in keiner Datei, keinem Log und keiner Messung, und sein Gedächtnis endet mit dem Gespräch. Die Seite sagt, '
      + 'wer deine Worte verarbeitet; was dort geschieht, liegt an denen.'],
    'blocked-stays-blocked': ['Wen du blockierst, der bleibt weg.',
      'Solange eure Besuche dauern und unser Gedächtnis hält, trefft ihr euch nicht wieder. Es liegt auf keiner '
      + 'Festplatte und merkt sich deine letzten 64 Blockierungen.'],
  },

  proof: (tests) => (tests === 1 ? 'Der Test dahinter' : `Die ${tests} Tests dahinter`),

  limitsTitle: 'Was wir nicht versprechen können',
  limitsLead: 'Kein ehrlicher Dienst kann das, also solltest du es wissen.',
  limits: {
    recording: ['Dein Gegenüber ist frei.', 'Es kann dich aufnehmen, deine Stimme kennen oder sich merken, was du '
      + 'sagst. Erzähl Fremden nur, was Fremde wissen dürfen.'],
    bot: ['Ein Bot hört, was du sagst.', 'Bei einem KI-Bot endet die Verschlüsselung auf der Maschine, auf der er läuft. '
      + 'Dort wird verstanden und beantwortet, was du sagst. Die Seite nennt, wer es sonst noch verarbeitet.'],
    'our-server': ['Wir sehen deine Adresse, solange du hier bist.', 'Das tut jede Website, und die Relays tun es '
      + 'auch. Wir bewahren sie nirgends auf, aber ein Server in fremder Hand könnte es.'],
    networks: ['Netze sehen, dass du telefonierst.', 'Dein Internetanbieter und der Betreiber des Relays sehen '
      + 'Adressen, Anfang und Ende eines Gesprächs, wie viel gesendet wird, und vielleicht, ob du stumm bist. Sie '
      + 'hören es nicht.'],
    region: ['Ein Relay verrät eine Gegend.', 'Du bekommst eins in deiner Nähe, und von weit her braucht der Ton '
      + 'länger. Dein Gegenüber könnte erraten, aus welchem Teil der Welt du kommst und welchen Browser du benutzt.'],
    'our-page': ['Diese Seite kommt von uns.', 'Dein Browser holt sie jedes Mal neu. Wer unseren Server beherrscht, '
      + 'könnte eine schicken, die hier jedes Versprechen bricht. Musst du das ausschließen, betreibe Sotto selbst.'],
    'set-up': ['Die Nachrichten, die ein Gespräch herstellen, laufen über uns oder unseren Anbieter.', 'Wer sie '
      + 'überbringt, könnte versuchen, sich zwischen euch zu setzen. Der Vergleich der Wörter zeigt es, aber nur, '
      + 'wenn ihr ihn macht, und nicht, wenn jemand eure beiden Stimmen nachahmen kann.'],
    block: ['Eine Blockierung endet mit dem Besuch.', 'Wir kennen niemanden, also wissen wir nicht, wer wiederkommt. '
      + 'Und geht unser Gedächtnis verloren, während du weder wartest noch redest, dann auch deine Blockierungen.'],
    device: ['Dein Gerät liegt nicht in unserer Hand.', 'Erweiterungen, andere Programme und Menschen im Raum können '
      + 'mithören.'],
  },

  checkTitle: 'Sieh selbst nach',
  check: 'Unter jedem Versprechen stehen die Namen seiner Tests im Quelltext. Dort lässt „make test“ sie alle auf '
    + 'deinem eigenen Rechner laufen, und THREAT_MODEL.md führt auf, was es über dich gibt, wo und wie lange.',
};
