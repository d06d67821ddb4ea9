/** The words in Portuguese, as spoken in Brazil. Informal, and without a gender for anybody. */

import type { Words } from './en.ts';

export const pt: Words = {
  name: 'Sotto',
  accept: 'Aceitar', connect: 'Conectar', cancel: 'Cancelar', mute: 'Silenciar', unmute: 'Falar', next: 'Próxima',
  end: 'Desligar', block: 'Bloquear', home: 'Voltar ao início',
  you: 'Você', partner: 'A outra pessoa', bot: 'Bot de IA', muted: 'Sem som',
  yourLevel: 'Sua voz', partnerLevel: 'A voz da outra pessoa',
  promise: 'Só por relays. Nada é gravado.',
  privacy: 'O que prometemos e o que não',
  language: 'Idioma desta página',

  rules: {
    title: 'Uma conversa com alguém que você não conhece',
    line: 'Sem conta e sem perfil. Vocês conversam, e depois não fica nada.',
    howTitle: 'Como a gente se trata',
    how: {
      adult: ['Só para maiores de idade.', 'Ao aceitar, você diz que tem 18 anos ou mais.'],
      kind: ['Seja gentil.', 'Sem ameaças, sem ódio, sem assédio, e nada sexual que não tenha sido pedido.'],
      mask: ['Fique no anonimato.', 'Não peça nomes, endereços, contas nem dinheiro, e não grave.'],
      door: ['Saia quando quiser.', 'Próxima, Desligar e Bloquear estão sempre ali. Você não deve explicações a '
        + 'ninguém.'],
    },
    knownTitle: 'O que se sabe de você',
    known: {
      relay: ['Seu endereço IP, não.', 'As chamadas passam só por relays, nunca direto de você até a outra pessoa.'],
      silence: ['O que você diz, também não.', 'Nada é gravado e nada é anotado.'],
      shield: ['O mínimo possível.', 'Enquanto você está aqui, o serviço e seus relays veem seu endereço, como todo '
        + 'site. Ele não é guardado em lugar nenhum; para limitar abusos, uma forma embaralhada dele fica por um dia, '
        + 'no máximo.'],
    },
    bot: 'Se a voz for de uma IA, a página avisa antes da primeira palavra.',
  },

  start: {
    title: 'Quando você quiser',
    languages: 'Idiomas que você fala',
    languagesHint: 'Você encontra pessoas que falam pelo menos um deles. Até três.',
    addLanguage: 'Adicionar um idioma', removeLanguage: (name) => `Remover ${name}`,
    interests: 'Assuntos de que você gosta',
    interestsHint: 'Até três, ou nenhum. Um em comum tem preferência, mas nunca é exigido.',
    microphone: 'Microfone', check: 'Testar o microfone', stopCheck: 'Parar o teste',
    checkHint: 'Você não ouve nem envia nada: só veja se ele capta a sua voz.',
    checkAsking: 'Permita o microfone no seu navegador, por favor.',
    checkOn: 'Diga alguma coisa. As barras devem se mexer.',
    device: 'Qual microfone', unnamed: (n) => `Microfone ${n}`,
    sounds: 'Sons', soundsHint: 'Sons suaves quando uma chamada começa e quando termina.',
    soundsOn: 'Tocar sons',
  },

  asking: {
    title: 'Preparando tudo',
    line: 'Permita o microfone se o navegador pedir. Ninguém ouve você ainda.',
    lineAgain: 'Ninguém ouve você até encontrarmos alguém.',
    detail: 'Estamos buscando um relay privado para você. Só depois disso você entra na fila.',
  },

  waiting: {
    title: 'Procurando alguém',
    elapsed: 'Tempo de espera', noPlace: 'Procurando seu lugar na fila.',
    place: (position) => (position === 1 ? 'É a sua vez em seguida.' : `Você é o número ${position} na fila.`),
    noEstimate: 'Ainda sem estimativa.',
    estimate: (s) => {
      if (s < 8) return 'Deve levar alguns segundos.';
      if (s < 50) return `Faltam cerca de ${Math.ceil(s / 10) * 10} segundos.`;
      const minutes = Math.round(s / 60);
      return minutes <= 1 ? 'Falta cerca de um minuto.' : `Faltam cerca de ${minutes} minutos.`;
    },
    hitch: {
      unavailable: 'O serviço está com um problema e não consegue conectar ninguém agora. Você mantém o seu lugar.',
      paused: 'As conexões estão em pausa por um momento. Você mantém o seu lugar.',
      bots_only: 'No momento, só o bot de IA atende. Você espera por uma pessoa e mantém o seu lugar.',
      no_bot: 'Ainda não há ninguém livre, nem uma pessoa nem o bot de IA. Você mantém o seu lugar.',
      people_only: 'Como você escolheu, você espera por uma pessoa, não pelo bot.',
      bot_language: 'O bot de IA não fala o seu idioma. Você espera por uma pessoa.',
    },
    notice: {
      partner_lost: 'A outra pessoa sumiu. Você continua com seu lugar na fila.',
      failed: 'Não foi possível conectar a chamada. Você continua com seu lugar na fila.',
    },
    offline: 'Não dá para falar com o Sotto agora. Continuamos tentando, e seu lugar fica guardado por um tempinho.',
    tips: [
      'Com fones de ouvido, a chamada fica mais clara dos dois lados.',
      'Sem ideia para começar? Pergunte o que fez a pessoa sorrir hoje.',
      'Uma pausa não faz mal. Ouvir é metade da conversa.',
      'Você pode se silenciar, seguir em frente ou sair a qualquer momento.',
      'Guarde nomes, endereços e contas para você.',
    ],
  },

  connecting: {
    title: 'Tem alguém aqui',
    line: 'Criando uma linha privada entre vocês.',
    offline: 'Não dá para falar com o Sotto agora. Continuamos tentando.',
    stages: {
      channel: 'Abrir um canal privado', parameters: 'Combinar a criptografia', ice: 'Encontrar-se no relay',
      audio: 'Esperar o primeiro som', relay: 'Verificar o relay', microphone: 'Abrir seu microfone',
    },
    done: 'feito',
  },

  bots: {
    title: 'Tem um bot de IA aqui', badge: 'Bot de IA, não uma pessoa',
    means: 'Um programa de computador escuta e responde.',
    here: 'Nada é gravado nem guardado. O que você diz é processado neste servidor.',
    by: (who) => `Aqui nada é gravado nem guardado. O que você diz é processado por ${who}.`,
    rather: 'Cancele se preferir que não.',
    reconnectingLine: 'A mesma chamada, o mesmo bot. Espere um instante, por favor.',
    lost: 'O bot sumiu. Continuamos procurando, e você mantém o seu lugar na fila.',
    ended: ['O bot encerrou a chamada', 'Próximo procura outra pessoa.'],
    person: 'Tem uma pessoa aqui. Trocar?', personLine: 'O bot sai, e vocês dois conversam.',
    change: 'Trocar para a pessoa', stay: 'Ficar com o bot',
    changing: 'Conectando você à pessoa.', missed: 'A pessoa já foi embora. O bot continua com você.',
    legend: 'Se ninguém estiver livre', choice: 'Falar com um bot se ninguém estiver livre',
    hint: 'O bot sempre diz que é um bot, e você pode passar para uma pessoa quando houver uma livre.',
  },

  talking: {
    title: 'Vocês estão conversando', reconnecting: 'Reconectando',
    reconnectingLine: 'A mesma chamada, a mesma pessoa. Espere um instante, por favor.',
    time: 'Tempo de chamada', controls: 'Controles da chamada',
    play: 'Toque para ouvir', playHint: 'Seu navegador segura o som até você tocar.',
    offline: 'Não dá para falar com o Sotto agora. A chamada continua.',
    endsSoon: (left) => `Esta chamada chega ao limite de tempo em ${left}.`,
    quality: {
      unknown: 'Medindo a linha', 0: 'Sem sinal',
      1: 'Linha fraca', 2: 'Linha razoável', 3: 'Linha boa', 4: 'Linha muito boa',
    },
    compare: 'Comparar',
    blockTitle: 'Bloquear esta pessoa?', blockLine: 'A chamada termina, e vocês não se encontram mais.',
    blockConfirm: 'Bloquear e sair', blockCancel: 'Continuar a conversa',
  },

  microphone: {
    muted: 'O sistema silenciou seu microfone, então ninguém ouve você.',
    silent: 'Nenhum som vem do seu microfone.',
    lost: 'Seu microfone sumiu. Continuamos tentando recuperá-lo.',
    refused: 'Seu navegador não deixa mais o Sotto usar o microfone. Você pode permitir isso nas configurações do site.',
    resume: 'Toque para voltar a falar',
  },

  ended: {
    reasons: {
      hangup: ['Você encerrou a chamada', 'Você saiu, e ninguém mais ouve você.'],
      partner_left: ['A outra pessoa saiu', 'Ela seguiu em frente ou fechou a página. Acontece.'],
      partner_lost: ['Perdemos a outra pessoa', 'A conexão dela caiu e não voltou.'],
      failed: ['A linha caiu', 'Não foi possível manter a conexão.'],
      max_length: ['O tempo acabou', 'As chamadas têm limite de tempo, e esta chegou ao seu.'],
      gone: ['A chamada acabou', 'O serviço não conhece mais esta chamada.'],
    },
    blocked: ['Pessoa bloqueada', 'A chamada acabou, e vocês não se encontram mais.'],
    talked: (length) => `A conversa durou ${length}.`,
    nothingKept: 'Nada dela foi guardado.',
  },

  error: {
    wait: (left) => `Você pode tentar de novo em ${left}.`,
    codes: {
      relay_unavailable: {
        title: 'Nenhum relay privado está livre',
        what: 'Aqui toda chamada passa por um relay, para que ninguém descubra seu endereço IP. Agora não há nenhum '
          + 'disponível, por isso você não entrou na fila.',
        next: 'Tente de novo daqui a pouco, por favor.',
      },
      queue_unavailable: {
        title: 'A sala de espera está fechada',
        what: 'A parte do Sotto que junta as pessoas não responde.',
        next: 'Tente de novo daqui a pouco, por favor.',
      },
      server_full: {
        title: 'O Sotto está cheio',
        what: 'Há mais gente aqui do que este serviço consegue receber.',
        next: 'Tente de novo em alguns minutos, por favor.',
      },
      rate_limited: {
        title: 'Foi um pouco rápido demais',
        what: 'Chegaram tentativas demais da sua conexão em pouco tempo.',
        next: 'Espere um momento e conecte de novo, por favor.',
      },
      unauthorized: {
        title: 'Sua visita expirou',
        what: 'A página ficou aberta por muito tempo, e o passe dela não vale mais.',
        next: '“Conectar” começa uma nova.',
      },
      superseded: {
        title: 'O Sotto continua em outro lugar',
        what: 'Ele foi aberto de novo em outra janela, que ficou com seu lugar.',
        next: '“Conectar” traz tudo de volta para cá.',
      },
      microphone_refused: {
        title: 'O microfone não está permitido',
        what: 'Seu navegador não deixou o Sotto usá-lo, e sem voz não há chamada.',
        next: 'Abra as configurações do site ao lado da barra de endereço, permita o microfone e conecte de novo. No '
          + 'celular, veja nas configurações do sistema se o próprio navegador pode usá-lo.',
      },
      microphone_absent: {
        title: 'Nenhum microfone encontrado',
        what: 'Seu navegador não vê nenhum microfone neste aparelho.',
        next: 'Conecte um ou ligue-o e depois conecte de novo.',
      },
      microphone_busy: {
        title: 'O microfone está ocupado',
        what: 'Parece que outro programa está usando.',
        next: 'Feche outras chamadas ou gravadores e conecte de novo.',
      },
      microphone_lost: {
        title: 'O microfone sumiu',
        what: 'Ele foi desconectado ou desligado e não voltou.',
        next: 'Conecte-o outra vez ou escolha outro na página inicial e conecte de novo.',
      },
      offline: {
        title: 'Sem conexão',
        what: 'Não dá para chegar ao Sotto a partir daqui.',
        next: 'Verifique se você está on-line e conecte de novo.',
      },
      leak: {
        title: 'Interrompido para proteger você',
        what: 'Seu navegador ofereceu um caminho por fora do relay, que poderia mostrar seu endereço IP. Ele não foi '
          + 'enviado.',
        next: 'Desative extensões que alteram chamadas, ou tente outro navegador, e conecte de novo.',
      },
      violated: {
        title: 'A chamada não era segura',
        what: 'Seu navegador e o da outra pessoa verificam um ao outro, e desta vez a verificação falhou. Alguém no meio '
          + 'pode ter interferido, então a chamada foi encerrada na hora.',
        next: 'Conecte de novo para encontrar outra pessoa. Se acontecer outra vez, algo está errado no caminho ou no '
          + 'próprio Sotto.',
      },
      unsupported: {
        title: 'Este navegador não faz chamadas',
        what: 'Falta a ele o que as chamadas de voz privadas precisam, ou este endereço não começa com https.',
        next: 'Abra esta página em um Firefox, Chrome, Edge ou Safari atual, não dentro de outro aplicativo.',
      },
      other_tab: {
        title: 'O Sotto está aberto em outra aba',
        what: 'Uma pessoa, uma chamada: só uma aba pode estar conectada.',
        next: '“Conectar” traz tudo para esta aba.',
      },
      internal: {
        title: 'Algo deu errado',
        what: 'A culpa é nossa, não sua.',
        next: 'Tente de novo, por favor.',
      },
    },
  },

  interests: {
    music: 'Música', films: 'Filmes', books: 'Livros', games: 'Jogos', sport: 'Esporte', travel: 'Viagens',
    food: 'Comida', nature: 'Natureza', science: 'Ciência', technology: 'Tecnologia', art: 'Arte', history: 'História',
    work: 'Trabalho', family: 'Família', learning: 'Aprender', anything: 'De tudo',
  },

  said: {
    muted: 'Seu microfone está sem som.', unmuted: 'Agora ouvem você de novo.',
    partnerMuted: 'O microfone da outra pessoa está sem som.', partnerUnmuted: 'Dá para ouvir a outra pessoa de novo.',
    microphoneBack: 'Seu microfone voltou a funcionar.',
    online: 'O Sotto voltou a responder.', endsSoon: 'Esta chamada termina em um minuto.',
    recovered: 'A chamada voltou.',
    place: (position) => `Número ${position} na fila.`,
  },
};
