/** What we promise and what we cannot, in Spanish. Informal, and without a gender for anybody. */

import type { PrivacyWords } from './en.ts';

export const es: PrivacyWords = {
  title: 'Lo que prometemos y lo que no podemos prometer',
  short: 'Privacidad',
  summary: 'Lo que Sotto promete sobre tu privacidad, la prueba que hay detrás de cada promesa y lo que no puede '
    + 'prometer.',
  lead: 'Detrás de cada promesa de esta página hay una prueba: un programa que intenta desmentirnos cada vez que '
    + 'cambiamos algo. Lo que no podemos comprobar, no lo prometemos.',
  back: 'Volver a Sotto',
  languages: 'Idioma de esta página',

  groups: {
    address: 'Tu dirección',
    voice: 'Tu voz',
    person: 'Quién eres',
    partner: 'La otra persona',
  },

  promises: {
    'relay-only': ['La otra persona nunca recibe tu dirección IP.',
      'Cada llamada pasa por relés en los dos extremos. Ningún ajuste lo desactiva, tampoco uno nuestro.'],
    'no-way-past': ['Nada esquiva los relés.',
      'Si tu navegador llega a ofrecer un camino directo, la página detiene la llamada antes de que esa oferta salga.'],
    'no-relay-no-call': ['Sin relé no hay llamada.',
      'Si no hay un relé para ti, la página lo dice. Sin él no te conecta.'],
    'not-written-down': ['Tu dirección no queda escrita en ninguna parte.',
      'Ni en registros, ni en memorias, ni en informes de errores. Nuestras pruebas dejan rastros durante toda una '
      + 'llamada y luego los buscan por todas partes.'],
    'scrambled-for-a-day': ['Contra los abusos contamos, durante un día.',
      'Para eso guardamos tu dirección solo en forma irreconocible. Pasado un día, su clave desaparece y nadie puede '
      + 'saber ya de quién era.'],

    'not-through-us': ['Entre personas, tu voz no pasa por nuestro servidor.',
      'Va cifrada desde tu navegador, por relés, hasta el otro navegador. Mientras hablas, nuestro servidor recibe '
      + 'unos pocos mensajes cortos, como «sigo aquí».'],
    'safety-words': ['Se puede comprobar que nadie está en medio.',
      '«Comparar» muestra cuatro palabras a cada lado. Basta leerlas en voz alta: con alguien en medio no serían las '
      + 'mismas.'],
    'steady-packets': ['Ni siquiera el tamaño de los paquetes dice nada.',
      'Hables o escuches, tu navegador envía lo mismo. Nadie puede leer tus palabras en el ritmo de tu línea.'],

    'no-trace': ['Sin cuenta, sin cookies, sin rastreadores.',
      'La página no pregunta a nadie más que a nosotros, y no deja nada en tu navegador salvo ella misma, y lo '
      + 'que hayas elegido en ella: su idioma, que no haya sonidos, que no haya bot.'],
    'random-number': ['Eres un número al azar.',
      'Recibes uno nuevo en cada visita, y caduca.'],
    'everything-ends': ['Todo lo que recordamos tiene un final.',
      'Quién espera, quién habla, quién bloqueó a quién: cada dato tiene una fecha en la que se borra.'],
    'gone-when-closed': ['Cierra la página y ya no estás.',
      'Tu lugar, tu llamada y tu micrófono terminan al instante.'],

    'only-you-two': ['La línea es solo de los dos.',
      'Nadie más puede leer ni escribir los mensajes que preparan la llamada.'],
    'hostile-partner': ['Con mala intención no se llega a nada.',
      'Lo que llega de la otra persona se comprueba antes de usarlo. Lo que no es propio de una llamada se descarta.'],
    'nowhere-else': ['Nuestro propio relé no lleva a otro sitio.',
      'Nadie puede usarlo para entrar en redes privadas.'],
    'bot-named': ['Un bot dice que lo es.',
      'La página lo nombra antes de su primera palabra. Quien no quiere bots nunca encuentra uno.'],
    'bot-forgets': ['Lo que dices a un bot se olvida.',
      'No está en ningún archivo, registro ni métrica, y su memoria termina con la llamada. La página dice quién procesa tus '
      + 'palabras; lo que haga con ellas depende de él.'],
    'blocked-stays-blocked': ['A quien bloqueas, no vuelve.',
      'No hay otro encuentro mientras duren las dos visitas y nuestra memoria, que nunca está en un disco y guarda tus '
      + 'últimos 64 bloqueos.'],
  },

  proof: (tests) => (tests === 1 ? 'La prueba que hay detrás' : `Las ${tests} pruebas que hay detrás`),

  limitsTitle: 'Lo que no podemos prometer',
  limitsLead: 'Ningún servicio honesto puede prometer esto, así que conviene saberlo.',
  limits: {
    recording: ['La otra persona es libre.', 'Puede grabarte, conocer tu voz o recordar lo que dices. Cuenta solo lo '
      + 'que pueda saber alguien desconocido.'],
    bot: ['Un bot oye lo que dices.', 'Con un bot de IA, el cifrado termina en la máquina que lo ejecuta. '
      + 'Allí se entiende y se responde lo que dices. La página nombra a quien más lo procese.'],
    'our-server': ['Vemos tu dirección mientras estás aquí.', 'Como cualquier sitio web, y también los relés. No la '
      + 'guardamos en ninguna parte, pero un servidor en malas manos podría hacerlo.'],
    networks: ['Las redes ven que llamas.', 'Tu proveedor de internet y quien opera el relé ven direcciones, cuándo '
      + 'empieza y acaba una llamada, cuánto se envía y quizá si estás en silencio. No la oyen.'],
    region: ['Un relé insinúa un lugar.', 'Te toca uno cercano, y desde lejos el sonido tarda más. La otra persona '
      + 'podría adivinar tu parte del mundo y qué navegador usas.'],
    'our-page': ['Esta página viene de nosotros.', 'Tu navegador la pide de nuevo cada vez. Quien controle nuestro '
      + 'servidor podría enviar una que rompa todas estas promesas. Si tienes que descartarlo, pon en marcha tu '
      + 'propio Sotto.'],
    'set-up': ['Los mensajes que preparan una llamada pasan por nosotros o por nuestro proveedor.', 'Quien los lleva '
      + 'podría intentar ponerse en medio. Comparar las palabras lo delata, pero solo si se hace, y no frente a '
      + 'alguien que sepa imitar las dos voces.'],
    block: ['Un bloqueo termina con la visita.', 'No conocemos a nadie, así que no sabemos quién vuelve. Y si nuestra '
      + 'memoria se pierde mientras no esperas ni hablas, tus bloqueos se pierden con ella.'],
    device: ['Tu dispositivo no está en nuestras manos.', 'Extensiones, otros programas y quien esté en la sala '
      + 'pueden escuchar.'],
  },

  checkTitle: 'Compruébalo',
  check: 'Debajo de cada promesa están los nombres de sus pruebas en el código fuente. Allí, «make test» las ejecuta '
    + 'todas en tu propio equipo, y THREAT_MODEL.md enumera qué existe sobre ti, dónde y por cuánto tiempo.',
};
