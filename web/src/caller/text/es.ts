/** The words in Spanish. Informal, for every country, and without a gender for anybody. */

import type { Words } from './en.ts';

export const es: Words = {
  name: 'Sotto',
  accept: 'Aceptar', connect: 'Conectar', cancel: 'Cancelar', mute: 'Silenciar', unmute: 'Hablar', next: 'Siguiente',
  end: 'Colgar', block: 'Bloquear', home: 'Volver al inicio',
  you: 'Tú', partner: 'La otra persona', bot: 'Bot de IA', muted: 'En silencio',
  yourLevel: 'Tu voz', partnerLevel: 'La voz de la otra persona',
  promise: 'Solo por relés. No se graba nada.',
  privacy: 'Lo que prometemos y lo que no',
  language: 'Idioma de esta página',

  rules: {
    title: 'Una llamada con alguien que no conoces',
    line: 'Sin cuenta y sin perfil. Hablas, y después no queda nada.',
    howTitle: 'Cómo nos tratamos',
    how: {
      adult: ['Solo para mayores de edad.', 'Al aceptar dices que tienes 18 años o más.'],
      kind: ['Trata bien a la gente.', 'Sin amenazas, odio ni acoso, y nada sexual que no se haya pedido.'],
      mask: ['Cuida tu anonimato.', 'No pidas nombres, direcciones, cuentas ni dinero, y no grabes.'],
      door: ['Vete cuando quieras.', 'Siguiente, Colgar y Bloquear están siempre ahí. No le debes explicaciones a '
        + 'nadie.'],
    },
    knownTitle: 'Qué se sabe de ti',
    known: {
      relay: ['Tu dirección IP, no.', 'Las llamadas pasan solo por relés, nunca van directas de ti a la otra persona.'],
      silence: ['Lo que dices, tampoco.', 'No se graba nada ni se anota nada.'],
      shield: ['Lo menos posible.', 'Mientras estás aquí, el servicio y sus relés ven tu dirección, como cualquier '
        + 'sitio web. No se guarda en ninguna parte; para limitar abusos se conserva una forma irreconocible de '
        + 'ella, un día como máximo.'],
    },
    bot: 'Si la voz es de una IA, la página lo dice antes de la primera palabra.',
  },

  start: {
    title: 'Cuando quieras',
    languages: 'Idiomas que hablas',
    languagesHint: 'Encuentras a gente con quien compartes al menos uno. Hasta tres.',
    addLanguage: 'Añadir un idioma', removeLanguage: (name) => `Quitar ${name}`,
    interests: 'De qué te gusta hablar',
    interestsHint: 'Hasta tres, o ninguno. Uno en común se prefiere, pero nunca se exige.',
    microphone: 'Micrófono', check: 'Probar el micrófono', stopCheck: 'Terminar la prueba',
    checkHint: 'No oyes nada ni envías nada: solo mira si capta tu voz.',
    checkAsking: 'Permite el micrófono en tu navegador, por favor.',
    checkOn: 'Di algo. Las barras deberían moverse.',
    device: 'Qué micrófono', unnamed: (n) => `Micrófono ${n}`,
    sounds: 'Sonidos', soundsHint: 'Tonos suaves cuando empieza y cuando termina una llamada.',
    soundsOn: 'Reproducir sonidos',
  },

  asking: {
    title: 'Preparando todo',
    line: 'Permite el micrófono si tu navegador lo pide. Todavía no te oye nadie.',
    lineAgain: 'No te oye nadie hasta que encontremos a alguien.',
    detail: 'Estamos consiguiendo un relé privado para ti. Solo entonces entras en la cola.',
  },

  waiting: {
    title: 'Buscando a alguien',
    elapsed: 'Tiempo de espera', noPlace: 'Buscando tu lugar en la cola.',
    place: (position) =>
      (position === 1 ? 'Te toca a continuación.' : `Tienes el número ${position} en la cola.`),
    noEstimate: 'Todavía no hay una estimación.',
    estimate: (s) => {
      if (s < 8) return 'Debería tardar unos segundos.';
      if (s < 50) return `Faltan unos ${Math.ceil(s / 10) * 10} segundos.`;
      const minutes = Math.round(s / 60);
      return minutes <= 1 ? 'Falta alrededor de un minuto.' : `Faltan unos ${minutes} minutos.`;
    },
    hitch: {
      unavailable: 'El servicio tiene un problema y ahora no puede conectar a nadie. Conservas tu lugar.',
      paused: 'Las conexiones están en pausa un momento. Conservas tu lugar.',
      bots_only: 'Ahora mismo solo atiende el bot de IA. Esperas a una persona y conservas tu lugar.',
      no_bot: 'Todavía no hay nadie libre, ni una persona ni el bot de IA. Conservas tu lugar.',
      people_only: 'Como elegiste, esperas a una persona y no al bot.',
      bot_language: 'El bot de IA no habla tu idioma. Esperas a una persona.',
    },
    notice: {
      partner_lost: 'La otra persona desapareció. Conservas tu lugar en la cola.',
      failed: 'No se pudo conectar la llamada. Conservas tu lugar en la cola.',
    },
    offline: 'Ahora mismo no se puede llegar a Sotto. Seguimos intentándolo, y tu lugar se guarda un rato.',
    tips: [
      'Con auriculares, la llamada se oye mejor en los dos lados.',
      '¿No sabes cómo empezar? Pregunta qué le hizo sonreír hoy.',
      'Una pausa está bien. Escuchar es la mitad de todo.',
      'Puedes silenciarte, pasar a otra persona o irte en cualquier momento.',
      'Guárdate nombres, direcciones y cuentas.',
    ],
  },

  connecting: {
    title: 'Hay alguien',
    line: 'Creando una línea privada para esta llamada.',
    offline: 'Ahora mismo no se puede llegar a Sotto. Seguimos intentándolo.',
    stages: {
      channel: 'Abrir un canal privado', parameters: 'Acordar el cifrado', ice: 'Encontrarse en el relé',
      audio: 'Esperar el primer sonido', relay: 'Comprobar el relé', microphone: 'Abrir tu micrófono',
    },
    done: 'hecho',
  },

  bots: {
    title: 'Hay un bot de IA', badge: 'Bot de IA, no una persona',
    means: 'Un programa de ordenador escucha y responde.',
    here: 'Nada se graba ni se guarda. Lo que dices se procesa en este servidor.',
    by: (who) => `Aquí no se graba ni se guarda nada. Lo que dices lo procesa ${who}.`,
    rather: 'Cancela si prefieres que no.',
    reconnectingLine: 'La misma llamada, el mismo bot. Espera un momento, por favor.',
    lost: 'El bot se perdió. Seguimos buscando y conservas tu lugar en la cola.',
    ended: ['El bot terminó la llamada', 'Siguiente busca a otra persona.'],
    person: 'Hay una persona. ¿Cambiar?', personLine: 'El bot se va y ustedes hablan.',
    change: 'Cambiar a la persona', stay: 'Seguir con el bot',
    changing: 'Te conectamos con la persona.', missed: 'La persona ya no está. El bot sigue contigo.',
    legend: 'Si no hay nadie libre', choice: 'Hablar con un bot si no hay nadie libre',
    hint: 'El bot siempre dice que lo es, y puedes pasar a una persona en cuanto haya una libre.',
  },

  talking: {
    title: 'Estás en una llamada', reconnecting: 'Reconectando',
    reconnectingLine: 'La misma llamada, la misma persona. Espera un momento, por favor.',
    time: 'Tiempo de llamada', controls: 'Controles de la llamada',
    play: 'Toca para escuchar', playHint: 'Tu navegador retiene el sonido hasta que tocas.',
    offline: 'Ahora mismo no se puede llegar a Sotto. La llamada sigue.',
    endsSoon: (left) => `Esta llamada llega a su límite de tiempo en ${left}.`,
    quality: {
      unknown: 'Midiendo la línea', 0: 'Sin señal',
      1: 'Línea débil', 2: 'Línea aceptable', 3: 'Buena línea', 4: 'Muy buena línea',
    },
    compare: 'Comparar',
    blockTitle: '¿Bloquear a esta persona?', blockLine: 'La llamada termina, y esta persona no volverá a aparecer.',
    blockConfirm: 'Bloquear y salir', blockCancel: 'Seguir hablando',
  },

  microphone: {
    muted: 'El sistema ha silenciado tu micrófono, así que nadie te oye.',
    silent: 'No llega ningún sonido de tu micrófono.',
    lost: 'Se perdió tu micrófono. Seguimos intentando recuperarlo.',
    refused: 'Tu navegador ya no deja que Sotto use el micrófono. Puedes permitirlo en los ajustes del sitio.',
    resume: 'Toca para seguir hablando',
  },

  ended: {
    reasons: {
      hangup: ['Terminaste la llamada', 'Has salido y ya no te oye nadie.'],
      partner_left: ['La otra persona se fue', 'Pasó a otra llamada o cerró la página. A veces ocurre.'],
      partner_lost: ['Perdimos a la otra persona', 'Su conexión se cortó y no volvió.'],
      failed: ['Se cortó la línea', 'No se pudo mantener la conexión.'],
      max_length: ['Se acabó el tiempo', 'Las llamadas tienen un límite de tiempo, y esta llegó al suyo.'],
      gone: ['La llamada terminó', 'El servicio ya no conoce esta llamada.'],
    },
    blocked: ['Persona bloqueada', 'La llamada terminó, y esta persona no volverá a aparecer.'],
    talked: (length) => `La llamada duró ${length}.`,
    nothingKept: 'No se guardó nada.',
  },

  error: {
    wait: (left) => `Puedes volver a intentarlo en ${left}.`,
    codes: {
      relay_unavailable: {
        title: 'No hay ningún relé privado libre',
        what: 'Aquí todas las llamadas pasan por un relé, para que nadie sepa tu dirección IP. Ahora no hay ninguno '
          + 'disponible, así que no has entrado en la cola.',
        next: 'Vuelve a intentarlo en un momento, por favor.',
      },
      queue_unavailable: {
        title: 'La sala de espera está cerrada',
        what: 'La parte de Sotto que reúne a la gente no responde.',
        next: 'Vuelve a intentarlo en un momento, por favor.',
      },
      server_full: {
        title: 'Sotto está lleno',
        what: 'Hay más gente aquí de la que este servicio puede atender.',
        next: 'Vuelve a intentarlo en unos minutos, por favor.',
      },
      rate_limited: {
        title: 'Vas un poco rápido',
        what: 'Llegaron demasiados intentos desde tu conexión en poco tiempo.',
        next: 'Espera un momento y vuelve a conectar, por favor.',
      },
      unauthorized: {
        title: 'Tu visita ha caducado',
        what: 'La página estuvo abierta mucho tiempo y su pase ya no vale.',
        next: '«Conectar» empieza una nueva.',
      },
      superseded: {
        title: 'Sotto continúa en otro lugar',
        what: 'Se abrió de nuevo en otra ventana, que ocupó tu lugar.',
        next: '«Conectar» lo trae de vuelta aquí.',
      },
      microphone_refused: {
        title: 'El micrófono no está permitido',
        what: 'Tu navegador no dejó que Sotto lo usara, y sin voz no hay llamada.',
        next: 'Abre los ajustes del sitio junto a la barra de direcciones, permite el micrófono y vuelve a conectar. '
          + 'En un teléfono, mira en los ajustes del sistema si el propio navegador puede usarlo.',
      },
      microphone_absent: {
        title: 'No se encontró ningún micrófono',
        what: 'Tu navegador no ve ningún micrófono en este dispositivo.',
        next: 'Conecta uno o enciéndelo, y vuelve a conectar.',
      },
      microphone_busy: {
        title: 'El micrófono está ocupado',
        what: 'Parece que lo está usando otro programa.',
        next: 'Cierra otras llamadas o grabadoras y vuelve a conectar.',
      },
      microphone_lost: {
        title: 'El micrófono desapareció',
        what: 'Se desenchufó o se apagó, y no volvió.',
        next: 'Enchúfalo otra vez o elige otro en la página de inicio, y vuelve a conectar.',
      },
      offline: {
        title: 'Sin conexión',
        what: 'No se puede llegar a Sotto desde aquí.',
        next: 'Comprueba que tienes internet y vuelve a conectar.',
      },
      leak: {
        title: 'Detenido para protegerte',
        what: 'Tu navegador ofreció un camino que evita el relé y que podría haber mostrado tu dirección IP. No se '
          + 'envió.',
        next: 'Desactiva las extensiones que modifican llamadas, o prueba otro navegador, y vuelve a conectar.',
      },
      violated: {
        title: 'La llamada no era segura',
        what: 'Tu navegador y el de la otra persona se comprueban entre sí, y esta vez la comprobación falló. Puede que '
          + 'alguien en medio haya interferido, así que la llamada terminó enseguida.',
        next: 'Vuelve a conectar para encontrar a otra persona. Si se repite, algo va mal por el camino o en el propio '
          + 'Sotto.',
      },
      unsupported: {
        title: 'Este navegador no puede llamar',
        what: 'Le falta lo que necesitan las llamadas privadas de voz, o esta dirección no empieza por https.',
        next: 'Abre esta página en un Firefox, Chrome, Edge o Safari actual, no dentro de otra aplicación.',
      },
      other_tab: {
        title: 'Sotto está abierto en otra pestaña',
        what: 'Una persona, una llamada: solo una pestaña puede estar conectada.',
        next: '«Conectar» lo trae a esta pestaña.',
      },
      internal: {
        title: 'Algo salió mal',
        what: 'Es culpa nuestra, no tuya.',
        next: 'Vuelve a intentarlo, por favor.',
      },
    },
  },

  interests: {
    music: 'Música', films: 'Cine', books: 'Libros', games: 'Juegos', sport: 'Deporte', travel: 'Viajes',
    food: 'Comida', nature: 'Naturaleza', science: 'Ciencia', technology: 'Tecnología', art: 'Arte',
    history: 'Historia', work: 'Trabajo', family: 'Familia', learning: 'Aprender', anything: 'De todo',
  },

  said: {
    muted: 'Tu micrófono está en silencio.', unmuted: 'Se te oye de nuevo.',
    partnerMuted: 'El micrófono de la otra persona está en silencio.', partnerUnmuted: 'Se oye de nuevo a la otra persona.',
    microphoneBack: 'Tu micrófono vuelve a funcionar.',
    online: 'Ya se puede llegar a Sotto.', endsSoon: 'Esta llamada termina en un minuto.',
    recovered: 'La llamada ha vuelto.',
    place: (position) => `Número ${position} en la cola.`,
  },
};
