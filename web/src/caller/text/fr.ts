/** The words in French. Informal, and without a gender for anybody; thin spaces as French print has them. */

import type { Words } from './en.ts';

export const fr: Words = {
  name: 'Sotto',
  accept: 'Accepter', connect: 'Se connecter', cancel: 'Annuler', mute: 'Muet', unmute: 'Parler', next: 'Suivant',
  end: 'Raccrocher', block: 'Bloquer', home: 'Retour à l’accueil',
  you: 'Toi', partner: 'L’autre personne', bot: 'Bot IA', muted: 'Micro coupé',
  yourLevel: 'Ta voix', partnerLevel: 'La voix de l’autre personne',
  promise: 'Relais seulement, rien d’enregistré.',
  privacy: 'Ce que nous promettons, et ce que nous ne pouvons pas',
  language: 'Langue de cette page',

  rules: {
    title: 'Un appel avec quelqu’un que tu ne connais pas',
    line: 'Sans compte et sans profil. Vous parlez, puis il n’en reste rien.',
    howTitle: 'Comment on se traite ici',
    how: {
      adult: ['Adultes seulement.', 'En acceptant, tu dis que tu as 18 ans ou plus.'],
      kind: ['Un peu de douceur.', 'Pas de menaces, pas de haine, pas de harcèlement, rien de sexuel qui n’ait été '
        + 'demandé.'],
      mask: ['L’anonymat avant tout.', 'Ne demande ni nom, ni adresse, ni compte, ni argent, et n’enregistre pas.'],
      door: ['Pars quand tu veux.', 'Suivant, Raccrocher et Bloquer sont toujours là. Tu ne dois d’explication à '
        + 'personne.'],
    },
    knownTitle: 'Ce que l’on sait de toi',
    known: {
      relay: ['Pas ton adresse IP.', 'Les appels passent toujours par des relais, jamais '
        + 'directement de toi à l’autre.'],
      silence: ['Pas ce que tu dis.', 'Rien n’est enregistré, et rien n’est noté.'],
      shield: ['Le moins possible.', 'Tant que tu es ici, le service et ses relais voient ton adresse, comme tout '
        + 'site web. Elle n’est conservée nulle part\u202f; pour limiter les abus, une forme brouillée en est gardée '
        + 'un jour au plus.'],
    },
    bot: 'Si la voix est celle d’une IA, la page le dit avant le premier mot.',
  },

  start: {
    title: 'Quand tu veux',
    languages: 'Les langues que tu parles',
    languagesHint: 'Tu rencontres des gens qui en partagent au moins une. Jusqu’à trois.',
    addLanguage: 'Ajouter une langue', removeLanguage: (name) => `Retirer ${name}`,
    interests: 'Ce dont tu aimes parler',
    interestsHint: 'Jusqu’à trois, ou rien. Un point commun est préféré, jamais exigé.',
    microphone: 'Micro', check: 'Tester le micro', stopCheck: 'Arrêter le test',
    checkHint: 'Tu n’entends rien, tu n’envoies rien\u00a0: vérifie seulement qu’il capte ta voix.',
    checkAsking: 'Autorise le micro dans ton navigateur, s’il te plaît.',
    checkOn: 'Dis quelque chose. Les barres devraient bouger.',
    device: 'Quel micro', unnamed: (n) => `Micro ${n}`,
    sounds: 'Sons', soundsHint: 'Des sons doux quand un appel commence et quand il se termine.',
    soundsOn: 'Jouer les sons',
  },

  asking: {
    title: 'On prépare tout',
    line: 'Autorise le micro si ton navigateur le demande. Personne ne t’entend encore.',
    lineAgain: 'Personne ne t’entend tant que nous n’avons trouvé personne.',
    detail: 'Nous cherchons un relais privé pour toi. Tu n’entres dans la file qu’ensuite.',
  },

  waiting: {
    title: 'On cherche quelqu’un',
    elapsed: 'Temps d’attente', noPlace: 'On cherche ta place dans la file.',
    place: (position) =>
      (position === 1 ? 'C’est bientôt ton tour.' : `Tu as le numéro ${position} dans la file.`),
    noEstimate: 'Pas encore d’estimation.',
    estimate: (s) => {
      if (s < 8) return 'Cela devrait prendre quelques secondes.';
      if (s < 50) return `Encore ${Math.ceil(s / 10) * 10} secondes environ.`;
      const minutes = Math.round(s / 60);
      return minutes <= 1 ? 'Encore une minute environ.' : `Encore ${minutes} minutes environ.`;
    },
    hitch: {
      unavailable: 'Le service a un problème et ne peut mettre personne en relation. Tu gardes ta place.',
      paused: 'La mise en relation est en pause un instant. Tu gardes ta place.',
      bots_only: 'Pour l’instant, seul le bot IA répond. Tu attends une personne et tu gardes ta place.',
      no_bot: 'Ni une personne ni le bot IA n’est encore libre. Tu gardes ta place.',
      people_only: 'Comme tu l’as choisi, tu attends une personne et non le bot.',
      bot_language: 'Le bot IA ne parle pas ta langue. Tu attends une personne.',
    },
    notice: {
      partner_lost: 'L’autre personne a disparu. Tu gardes ta place dans la file.',
      failed: 'L’appel n’a pas pu être établi. Tu gardes ta place dans la file.',
    },
    offline: 'Sotto est injoignable pour le moment. On réessaie, et ta place est gardée un petit moment.',
    tips: [
      'Avec un casque, l’appel est plus clair des deux côtés.',
      'Par où commencer\u202f? Demande ce qui l’a fait sourire aujourd’hui.',
      'Un silence ne fait pas de mal. Écouter, c’est la moitié du chemin.',
      'Tu peux couper ton micro, passer à la suite ou partir à tout moment.',
      'Garde pour toi noms, adresses et comptes.',
    ],
  },

  connecting: {
    title: 'Quelqu’un est là',
    line: 'On établit une ligne privée entre vous.',
    offline: 'Sotto est injoignable pour le moment. On réessaie.',
    stages: {
      channel: 'Ouvrir un canal privé', parameters: 'Convenir du chiffrement', ice: 'Se retrouver au relais',
      audio: 'Attendre le premier son', relay: 'Vérifier le relais', microphone: 'Ouvrir ton micro',
    },
    done: 'fait',
  },

  bots: {
    title: 'Un bot IA est là', badge: 'Bot IA, pas une personne',
    means: 'Un programme informatique écoute et répond.',
    here: 'Rien n’est enregistré ni conservé. Tes paroles sont traitées sur ce serveur.',
    by: (who) => `Rien n’est enregistré ni conservé ici. Tes paroles sont traitées par ${who}.`,
    rather: 'Annule si tu préfères éviter.',
    reconnectingLine: 'Même appel, même bot. Reste encore un instant.',
    lost: 'Le bot a disparu. On continue de chercher, et tu gardes ta place dans la file.',
    ended: ['Le bot a terminé l’appel', 'Suivant cherche quelqu’un d’autre.'],
    person: 'Une personne est là. Changer\u202f?', personLine: 'Le bot part, et vous parlez à deux.',
    change: 'Passer à la personne', stay: 'Rester avec le bot',
    changing: 'On te relie à la personne.', missed: 'La personne est repartie. Le bot est toujours avec toi.',
    legend: 'Si personne n’est libre', choice: 'Parler à un bot si personne n’est libre',
    hint: 'Le bot dit toujours qu’il en est un, et tu peux passer à une personne dès qu’il y en a une.',
  },

  talking: {
    title: 'Vous êtes en ligne', reconnecting: 'Reconnexion',
    reconnectingLine: 'Même appel, même personne. Reste encore un instant.',
    time: 'Durée de l’appel', controls: 'Commandes de l’appel',
    play: 'Touche pour écouter',
    playHint: 'Ton navigateur retient le son jusqu’à ce que tu touches.',
    offline: 'Sotto est injoignable pour le moment. L’appel continue.',
    endsSoon: (left) => `Cet appel atteint sa durée maximale dans ${left}.`,
    quality: {
      unknown: 'Mesure de la ligne', 0: 'Aucun signal',
      1: 'Ligne faible', 2: 'Ligne moyenne', 3: 'Bonne ligne', 4: 'Très bonne ligne',
    },
    compare: 'Comparer',
    blockTitle: 'Bloquer cette personne\u202f?',
    blockLine: 'L’appel se termine, et on ne vous réunira plus.',
    blockConfirm: 'Bloquer et partir', blockCancel: 'Continuer à parler',
  },

  microphone: {
    muted: 'Le système a coupé ton micro, personne ne t’entend.',
    silent: 'Aucun son ne vient de ton micro.',
    lost: 'Ton micro a disparu. On essaie de le retrouver.',
    refused: 'Ton navigateur ne laisse plus Sotto utiliser le micro. Tu peux l’autoriser dans les réglages du site.',
    resume: 'Touche pour reprendre',
  },

  ended: {
    reasons: {
      hangup: ['Tu as raccroché', 'C’est terminé, et plus personne ne t’entend.'],
      partner_left: ['L’autre personne est partie', 'Elle est passée à la suite ou a fermé la page. Ça arrive.'],
      partner_lost: ['L’autre personne est injoignable', 'Sa connexion a été coupée et n’est pas revenue.'],
      failed: ['La ligne a été coupée', 'La connexion n’a pas pu être maintenue.'],
      max_length: ['Le temps est écoulé', 'Les appels ont une durée maximale, et celui-ci l’a atteinte.'],
      gone: ['L’appel est terminé', 'Le service ne connaît plus cet appel.'],
    },
    blocked: ['Personne bloquée', 'L’appel est terminé, et on ne vous réunira plus.'],
    talked: (length) => `L’appel a duré ${length}.`,
    nothingKept: 'Rien n’en a été gardé.',
  },

  error: {
    wait: (left) => `Tu peux réessayer dans ${left}.`,
    codes: {
      relay_unavailable: {
        title: 'Aucun relais privé n’est libre',
        what: 'Ici, chaque appel passe par un relais, pour que personne n’apprenne ton adresse IP. Aucun n’est '
          + 'disponible, et tu n’es donc pas dans la file.',
        next: 'Réessaie dans un instant, s’il te plaît.',
      },
      queue_unavailable: {
        title: 'La salle d’attente est fermée',
        what: 'La partie de Sotto qui réunit les gens ne répond pas.',
        next: 'Réessaie dans un instant, s’il te plaît.',
      },
      server_full: {
        title: 'Sotto est plein',
        what: 'Il y a plus de monde ici que ce service ne peut en accueillir.',
        next: 'Réessaie dans quelques minutes, s’il te plaît.',
      },
      rate_limited: {
        title: 'C’était un peu rapide',
        what: 'Trop d’essais sont venus de ta connexion en peu de temps.',
        next: 'Attends un instant, puis connecte-toi de nouveau.',
      },
      unauthorized: {
        title: 'Ta visite a expiré',
        what: 'La page est restée ouverte longtemps, et son laissez-passer n’est plus valable.',
        next: '«\u00a0Se connecter\u00a0» en commence une nouvelle.',
      },
      superseded: {
        title: 'Sotto continue ailleurs',
        what: 'La page a été rouverte dans une autre fenêtre, qui a pris ta place.',
        next: '«\u00a0Se connecter\u00a0» la ramène ici.',
      },
      microphone_refused: {
        title: 'Le micro n’est pas autorisé',
        what: 'Ton navigateur n’a pas laissé Sotto l’utiliser, et sans voix, pas d’appel.',
        next: 'Ouvre les réglages du site à côté de la barre d’adresse, autorise le micro, puis connecte-toi de '
          + 'nouveau. Sur un téléphone, vérifie dans les réglages du système que le navigateur lui-même '
          + 'peut l’utiliser.',
      },
      microphone_absent: {
        title: 'Aucun micro trouvé',
        what: 'Ton navigateur ne voit aucun micro sur cet appareil.',
        next: 'Branche-en un ou allume-le, puis connecte-toi de nouveau.',
      },
      microphone_busy: {
        title: 'Le micro est pris',
        what: 'Un autre programme semble l’utiliser.',
        next: 'Ferme les autres appels ou enregistreurs, puis connecte-toi de nouveau.',
      },
      microphone_lost: {
        title: 'Le micro a disparu',
        what: 'Il a été débranché ou éteint, et il n’est pas revenu.',
        next: 'Rebranche-le ou choisis-en un autre sur la page d’accueil, puis connecte-toi de nouveau.',
      },
      offline: {
        title: 'Pas de connexion',
        what: 'Sotto est injoignable d’ici.',
        next: 'Vérifie que tu es en ligne, puis connecte-toi de nouveau.',
      },
      leak: {
        title: 'Arrêté pour te protéger',
        what: 'Ton navigateur a proposé un chemin qui contourne le relais et qui aurait pu montrer ton adresse IP. '
          + 'Rien n’en a été envoyé.',
        next: 'Désactive les extensions qui modifient les appels, ou essaie un autre navigateur, puis connecte-toi de '
          + 'nouveau.',
      },
      violated: {
        title: 'L’appel n’était pas sûr',
        what: 'Ton navigateur et celui de l’autre personne se vérifient l’un l’autre, et cette fois la vérification a '
          + 'échoué. Quelqu’un entre vous est peut-être intervenu, alors l’appel a été coupé aussitôt.',
        next: 'Connecte-toi de nouveau pour rencontrer quelqu’un d’autre. Si cela recommence, quelque chose ne va pas en '
          + 'chemin ou dans Sotto même.',
      },
      unsupported: {
        title: 'Ce navigateur ne peut pas appeler',
        what: 'Il lui manque ce qu’il faut aux appels vocaux privés, ou cette adresse ne commence pas par https.',
        next: 'Ouvre cette page dans un Firefox, Chrome, Edge ou Safari récent, pas dans une autre application.',
      },
      other_tab: {
        title: 'Sotto est ouvert dans un autre onglet',
        what: 'Une personne, un appel\u00a0: un seul onglet peut être connecté.',
        next: '«\u00a0Se connecter\u00a0» le ramène dans cet onglet.',
      },
      internal: {
        title: 'Quelque chose s’est mal passé',
        what: 'C’est notre faute, pas la tienne.',
        next: 'Réessaie, s’il te plaît.',
      },
    },
  },

  interests: {
    music: 'Musique', films: 'Cinéma', books: 'Livres', games: 'Jeux', sport: 'Sport', travel: 'Voyages',
    food: 'Cuisine', nature: 'Nature', science: 'Science', technology: 'Technologie', art: 'Art', history: 'Histoire',
    work: 'Travail', family: 'Famille', learning: 'Apprendre', anything: 'De tout',
  },

  said: {
    muted: 'Ton micro est coupé.', unmuted: 'On t’entend de nouveau.',
    partnerMuted: 'Le micro de l’autre personne est coupé.', partnerUnmuted: 'On entend de nouveau l’autre personne.',
    microphoneBack: 'Ton micro fonctionne de nouveau.',
    online: 'Sotto est de nouveau joignable.', endsSoon: 'Cet appel se termine dans une minute.',
    recovered: 'L’appel est de retour.',
    place: (position) => `Numéro ${position} dans la file.`,
  },
};
