/** The safety words and what is said about them, in German. */

import type { SafetyText } from './en.ts';

export const de: SafetyText = {
  title: 'Sicherheitswörter',
  how: 'Sagt sie einander: du die ersten zwei, dein Gegenüber die letzten zwei, oder umgekehrt.',
  proves: 'Habt ihr beide dieselben, dann hätte jemand, der sich unbemerkt zwischen euch setzt, richtig raten müssen: '
    + 'eine Chance in 16 Millionen. Kein Beweis sind sie gegen jemanden, der eure Stimmen beim Sprechen nachahmt, oder '
    + 'gegen eine Seite, die lügt.',
  missing: 'Dieses Gespräch hat keine Sicherheitswörter. Sie kommen in ein, zwei Sekunden. Bleiben sie aus, hat dein '
    + 'Gegenüber eine ältere Seite, oder unterwegs hält sie jemand zurück: Ihr könnt reden, aber niemand kann euch '
    + 'sagen, ob ihr allein seid.',
  close: 'Schließen', differ: 'Sie sind anders',
  differTitle: 'Andere Wörter?',
  differLine: 'Vielleicht habt ihr euch verhört: Sagt sie noch einmal. Sind sie wieder anders, sitzt vielleicht jemand '
    + 'zwischen euch und hört mit. Dann sag nichts Privates und leg auf.',
  end: 'Gespräch beenden', again: 'Noch einmal ansehen',
  names: [
    'Hund', 'Pferd', 'Schwein', 'Elefant', 'Löwe', 'Krokodil', 'Panda', 'Pinguin',
    'Eule', 'Ente', 'Schildkröte', 'Fisch', 'Krabbe', 'Schmetterling', 'Biene', 'Schnecke',
    'Kaktus', 'Sonnenblume', 'Pilz', 'Palme', 'Apfel', 'Wassermelone', 'Trauben', 'Möhre',
    'Mais', 'Brezel', 'Gespenst', 'Pizza', 'Schokolade', 'Mond', 'Stern', 'Regenbogen',
    'Regenschirm', 'Schneeflocke', 'Feuer', 'Erde', 'Bus', 'Fahrrad', 'Zug', 'Flugzeug',
    'Rakete', 'Segelboot', 'Hubschrauber', 'Pokal', 'Anker', 'Luftballon', 'Schlüssel', 'Glocke',
    'Gitarre', 'Trommel', 'Klavier', 'Wecker', 'Brille', 'Zylinder', 'Krone', 'Diamant',
    'Geschenk', 'Buch', 'Schere', 'Hammer', 'Glühbirne', 'Kamera', 'Telefon', 'Roboter',
  ],
};
