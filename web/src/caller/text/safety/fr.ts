/** The safety words and what is said about them, in French. */

import type { SafetyText } from './en.ts';

export const fr: SafetyText = {
  title: 'Mots de sûreté',
  how: 'Dites-les-vous\u202f: l’un les deux premiers, l’autre les deux derniers.',
  proves: 'Si vous avez les mêmes, ceux qui transportent l’appel auraient dû deviner juste, une chance sur 16 millions, '
    + 'pour se glisser entre vous sans être vus. Ce n’est pas une preuve contre quelqu’un qui imite vos voix pendant '
    + 'que vous parlez, ni contre une page qui ment.',
  missing: 'Cet appel n’a pas de mots de sûreté. Ils arrivent en une ou deux secondes. S’ils n’arrivent pas, l’autre '
    + 'personne a une page plus ancienne, ou quelqu’un les retient en chemin\u202f: vous pouvez parler, mais personne ne '
    + 'peut assurer que vous êtes seuls.',
  close: 'Fermer', differ: 'Ils diffèrent',
  differTitle: 'Des mots différents\u202f?',
  differLine: 'Vous avez peut-être mal entendu\u202f: dites-les encore une fois. S’ils diffèrent toujours, quelqu’un est '
    + 'peut-être entre vous et écoute. Alors ne dis rien de privé et mets fin à l’appel.',
  end: 'Terminer l’appel', again: 'Regarder encore',
  names: [
    'Chien', 'Cheval', 'Cochon', 'Éléphant', 'Lion', 'Crocodile', 'Panda', 'Pingouin',
    'Hibou', 'Canard', 'Tortue', 'Poisson', 'Crabe', 'Papillon', 'Abeille', 'Escargot',
    'Cactus', 'Tournesol', 'Champignon', 'Palmier', 'Pomme', 'Pastèque', 'Raisin', 'Carotte',
    'Maïs', 'Bretzel', 'Fantôme', 'Pizza', 'Chocolat', 'Lune', 'Étoile', 'Arc-en-ciel',
    'Parapluie', 'Flocon', 'Feu', 'Terre', 'Bus', 'Vélo', 'Train', 'Avion',
    'Fusée', 'Voilier', 'Hélicoptère', 'Trophée', 'Ancre', 'Ballon', 'Clé', 'Cloche',
    'Guitare', 'Tambour', 'Piano', 'Réveil', 'Lunettes', 'Chapeau', 'Couronne', 'Diamant',
    'Cadeau', 'Livre', 'Ciseaux', 'Marteau', 'Ampoule', 'Appareil photo', 'Téléphone', 'Robot',
  ],
};
