/** What we promise and what we cannot, in French. Informal, and without a gender for anybody. */

import type { PrivacyWords } from './en.ts';

export const fr: PrivacyWords = {
  title: 'Ce que nous promettons, et ce que nous ne pouvons pas promettre',
  short: 'Vie privée',
  summary: 'Ce que Sotto promet pour ta vie privée, le test derrière chaque promesse, et ce qu’il ne peut pas '
    + 'promettre.',
  lead: 'Derrière chaque promesse de cette page se trouve un test : un programme qui cherche à nous donner tort à '
    + 'chaque changement. Ce que nous ne pouvons pas tester, nous ne le promettons pas.',
  back: 'Retour à Sotto',
  languages: 'Langue de cette page',

  groups: {
    address: 'Ton adresse',
    voice: 'Ta voix',
    person: 'Qui tu es',
    partner: 'L’autre personne',
  },

  promises: {
    'relay-only': ['L’autre personne ne reçoit jamais ton adresse IP.',
      'Chaque appel passe par des relais aux deux bouts. Aucun réglage ne coupe cela, pas même un des nôtres.'],
    'no-way-past': ['Rien ne contourne les relais.',
      'Si ton navigateur propose ne serait-ce qu’un chemin direct, la page arrête l’appel avant que cette offre ne '
      + 'parte.'],
    'no-relay-no-call': ['Pas de relais, pas d’appel.',
      'S’il n’y a pas de relais pour toi, la page le dit. Elle ne te connecte pas sans.'],
    'not-written-down': ['Ton adresse n’est notée nulle part.',
      'Ni dans les journaux, ni dans les mémoires, ni dans les rapports d’erreur. Nos tests sèment des traces tout '
      + 'au long d’un appel, puis les cherchent partout.'],
    'scrambled-for-a-day': ['Contre les abus, nous comptons, pendant un jour.',
      'Pour cela nous ne gardons ton adresse que sous une forme brouillée. Au bout d’un jour, sa clé a disparu et '
      + 'personne ne peut plus dire à qui elle était.'],

    'not-through-us': ['Entre personnes, ta voix ne passe pas par notre serveur.',
      'Elle va chiffrée de ton navigateur, par des relais, à l’autre navigateur. Pendant que tu parles, notre '
      + 'serveur reçoit quelques messages courts, comme « toujours là ».'],
    'safety-words': ['Vous pouvez vérifier que personne n’est au milieu.',
      '« Comparer » montre quatre mots à chaque bout. Lisez-les à voix haute : avec quelqu’un au milieu, ce ne '
      + 'seraient pas les mêmes.'],
    'steady-packets': ['Même la taille des paquets ne dit rien.',
      'Que tu parles ou que tu écoutes, ton navigateur envoie autant. Personne ne peut lire tes mots au rythme de ta '
      + 'ligne.'],

    'no-trace': ['Pas de compte, pas de cookies, pas de pisteurs.',
      'La page ne demande rien à d’autres que nous, et ne laisse rien dans ton navigateur qu’elle-même, et ce que '
      + 'tu y as choisi\u202f: sa langue, pas de sons, pas de bot.'],
    'random-number': ['Tu es un nombre au hasard.',
      'Tu en reçois un nouveau à chaque visite, et il expire.'],
    'everything-ends': ['Tout ce que nous retenons a une fin.',
      'Qui attend, qui parle, qui a bloqué qui : chaque entrée a une date à laquelle elle est effacée.'],
    'gone-when-closed': ['Ferme la page, et c’est fini.',
      'Ta place, ton appel et ton micro s’arrêtent aussitôt.'],

    'only-you-two': ['Vous n’êtes que deux sur la ligne.',
      'Personne d’autre ne peut lire ou écrire les messages qui préparent votre appel.'],
    'hostile-partner': ['La malveillance ne mène à rien.',
      'Ce qui arrive de l’autre côté est vérifié avant de servir. Ce qui n’a rien à faire dans un appel est jeté.'],
    'nowhere-else': ['Notre propre relais ne mène nulle part ailleurs.',
      'Personne ne peut s’en servir pour entrer dans des réseaux privés.'],
    'bot-named': ['Un bot dit qu’il en est un.',
      'La page le nomme avant son premier mot. Qui ne veut pas de bot n’en rencontre jamais.'],
    'bot-forgets': ['Ce que tu dis à un bot est oublié.',
      'Ce n’est dans aucun fichier, journal ni mesure, et sa mémoire finit avec l’appel. La page dit qui traite tes mots ; '
      + 'ce qu’il en fait dépend de lui.'],
    'blocked-stays-blocked': ['La personne que tu bloques reste à distance.',
      'Vous ne vous retrouvez pas tant que durent vos visites et notre mémoire, qui n’est jamais sur un disque et '
      + 'retient tes 64 derniers blocages.'],
  },

  proof: (tests) => (tests === 1 ? 'Le test derrière' : `Les ${tests} tests derrière`),

  limitsTitle: 'Ce que nous ne pouvons pas promettre',
  limitsLead: 'Aucun service honnête ne peut promettre cela, autant le savoir.',
  limits: {
    recording: ['L’autre personne est libre.', 'Elle peut t’enregistrer, connaître ta voix ou se souvenir de ce que '
      + 'tu dis. Ne raconte que ce qu’une personne inconnue peut savoir.'],
    bot: ['Un bot entend ce que tu dis.', 'Avec un bot IA, le chiffrement s’arrête à la machine qui le fait tourner. '
      + 'Là, tes paroles sont comprises et reçoivent une réponse. La page nomme qui d’autre les traite.'],
    'our-server': ['Nous voyons ton adresse tant que tu es là.', 'Comme tout site web, et comme les relais. Nous ne '
      + 'la gardons nulle part, mais un serveur tombé en de mauvaises mains le pourrait.'],
    networks: ['Les réseaux voient que tu appelles.', 'Ton fournisseur d’accès et l’opérateur du relais voient des '
      + 'adresses, le début et la fin d’un appel, combien est envoyé, et peut-être si ton micro est coupé. Ils ne '
      + 'l’entendent pas.'],
    region: ['Un relais laisse deviner un lieu.', 'Tu en reçois un proche de toi, et de loin le son met plus de '
      + 'temps. L’autre personne pourrait deviner ta région du monde, et quel navigateur tu utilises.'],
    'our-page': ['Cette page vient de nous.', 'Ton navigateur la redemande chaque fois. Qui contrôle notre serveur '
      + 'pourrait en envoyer une qui rompt toutes ces promesses. Si tu dois l’exclure, fais tourner Sotto toi-même.'],
    'set-up': ['Les messages qui préparent un appel passent par nous ou par notre fournisseur.', 'Qui les porte '
      + 'pourrait essayer de se placer entre vous. Comparer les mots le montre, mais seulement si vous le faites, et '
      + 'pas face à quelqu’un qui sait imiter vos deux voix.'],
    block: ['Un blocage finit avec la visite.', 'Nous ne connaissons personne, alors nous ne savons pas qui revient. '
      + 'Et si notre mémoire se perd pendant que tu n’attends ni ne parles, tes blocages se perdent avec elle.'],
    device: ['Ton appareil n’est pas entre nos mains.', 'Des extensions, d’autres programmes et les gens dans la '
      + 'pièce peuvent écouter.'],
  },

  checkTitle: 'Vérifie par toi-même',
  check: 'Sous chaque promesse figurent les noms de ses tests dans le code source. Là, « make test » les exécute '
    + 'tous sur ta propre machine, et THREAT_MODEL.md dit ce qui existe sur toi, où et combien de temps.',
};
