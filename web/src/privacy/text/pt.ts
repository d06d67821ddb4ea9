/** What we promise and what we cannot, in Portuguese. Informal, and without a gender for anybody. */

import type { PrivacyWords } from './en.ts';

export const pt: PrivacyWords = {
  title: 'O que prometemos e o que não podemos prometer',
  short: 'Privacidade',
  summary: 'O que o Sotto promete sobre a sua privacidade, o teste por trás de cada promessa e o que ele não pode '
    + 'prometer.',
  lead: 'Por trás de cada promessa desta página há um teste: um programa que tenta nos desmentir sempre que mudamos '
    + 'alguma coisa. O que não podemos testar, não prometemos.',
  back: 'Voltar ao Sotto',
  languages: 'Idioma desta página',

  groups: {
    address: 'Seu endereço',
    voice: 'Sua voz',
    person: 'Quem você é',
    partner: 'A outra pessoa',
  },

  promises: {
    'relay-only': ['A outra pessoa nunca recebe seu endereço IP.',
      'Cada chamada passa por relays nas duas pontas. Nenhuma configuração desliga isso, nem mesmo uma nossa.'],
    'no-way-past': ['Nada escapa dos relays.',
      'Se o seu navegador chegar a oferecer um caminho direto, a página para a chamada antes que essa oferta saia.'],
    'no-relay-no-call': ['Sem relay, sem chamada.',
      'Se não houver um relay para você, a página avisa. Sem ele, ela não conecta.'],
    'not-written-down': ['Seu endereço não fica escrito em lugar nenhum.',
      'Nem em registros, nem em memórias, nem em relatórios de erro. Nossos testes deixam rastros durante uma '
      + 'chamada inteira e depois os procuram por toda parte.'],
    'scrambled-for-a-day': ['Contra abusos contamos, por um dia.',
      'Para isso guardamos seu endereço apenas em forma irreconhecível. Depois de um dia a chave some, e ninguém '
      + 'mais pode dizer de quem ele era.'],

    'not-through-us': ['Entre pessoas, sua voz não passa pelo nosso servidor.',
      'Ela vai criptografada do seu navegador, por relays, até o outro navegador. Enquanto você fala, nosso servidor '
      + 'recebe algumas mensagens curtas, como “ainda aqui”.'],
    'safety-words': ['Vocês podem conferir que não há ninguém no meio.',
      '“Comparar” mostra quatro palavras em cada ponta. Leiam em voz alta: com alguém no meio, elas não seriam as '
      + 'mesmas.'],
    'steady-packets': ['Nem o tamanho dos pacotes diz algo.',
      'Falando ou ouvindo, seu navegador envia o mesmo tanto. Ninguém pode ler suas palavras no ritmo da sua linha.'],

    'no-trace': ['Sem conta, sem cookies, sem rastreadores.',
      'A página não pergunta a ninguém além de nós e não deixa nada no seu navegador além dela mesma e do que '
      + 'você escolheu nela: o idioma, ficar sem sons, ficar sem bot.'],
    'random-number': ['Você é um número ao acaso.',
      'Você recebe um novo a cada visita, e ele expira.'],
    'everything-ends': ['Tudo o que lembramos tem um fim.',
      'Quem espera, quem fala, quem bloqueou quem: cada registro tem uma data em que é apagado.'],
    'gone-when-closed': ['Feche a página e pronto.',
      'Seu lugar, sua chamada e seu microfone terminam na hora.'],

    'only-you-two': ['Só vocês dois dividem a linha.',
      'Ninguém mais pode ler ou escrever as mensagens que preparam a chamada.'],
    'hostile-partner': ['Má intenção não leva a nada.',
      'O que chega do outro lado é conferido antes de ser usado. O que não cabe numa chamada é descartado.'],
    'nowhere-else': ['Nosso próprio relay não leva a nenhum outro lugar.',
      'Ninguém pode usá-lo para entrar em redes privadas.'],
    'bot-named': ['Um bot diz que é um bot.',
      'A página o nomeia antes da primeira palavra. Quem não quer bots nunca encontra um.'],
    'bot-forgets': ['O que você diz a um bot é esquecido.',
      'Não fica em nenhum arquivo, log ou métrica, e a memória dele termina com a chamada. A página diz quem processa suas '
      + 'palavras; o que fazem com elas depende deles.'],
    'blocked-stays-blocked': ['Quem você bloqueia fica longe.',
      'Vocês não se encontram de novo enquanto durarem as visitas e a nossa memória, que nunca fica em disco e guarda '
      + 'seus últimos 64 bloqueios.'],
  },

  proof: (tests) => (tests === 1 ? 'O teste por trás' : `Os ${tests} testes por trás`),

  limitsTitle: 'O que não podemos prometer',
  limitsLead: 'Nenhum serviço honesto pode prometer isto, então é bom saber.',
  limits: {
    recording: ['A outra pessoa é livre.', 'Ela pode gravar você, conhecer sua voz ou lembrar o que você diz. Conte '
      + 'apenas o que uma pessoa desconhecida pode saber.'],
    bot: ['Um bot ouve o que você diz.', 'Com um bot de IA, a criptografia termina na máquina em que ele roda. '
      + 'Lá, o que você diz é entendido e respondido. A página nomeia quem mais o processa.'],
    'our-server': ['Vemos seu endereço enquanto você está aqui.', 'Como qualquer site, e os relays também. Não o '
      + 'guardamos em lugar nenhum, mas um servidor em mãos erradas poderia.'],
    networks: ['As redes veem que você faz uma chamada.', 'Seu provedor de internet e quem opera o relay veem '
      + 'endereços, quando uma chamada começa e termina, quanto é enviado e talvez se o seu microfone está mudo. '
      + 'Eles não a ouvem.'],
    region: ['Um relay sugere um lugar.', 'Você recebe um perto de você, e de longe o som demora mais. A outra '
      + 'pessoa poderia adivinhar a sua parte do mundo e qual navegador você usa.'],
    'our-page': ['Esta página vem de nós.', 'Seu navegador a busca de novo a cada vez. Quem controlasse nosso '
      + 'servidor poderia enviar uma que quebra todas estas promessas. Se você precisa excluir isso, rode o seu '
      + 'próprio Sotto.'],
    'set-up': ['As mensagens que preparam uma chamada passam por nós ou por nosso provedor.', 'Quem as leva poderia '
      + 'tentar se colocar entre vocês. Comparar as palavras revela isso, mas só se vocês o fizerem, e não contra '
      + 'alguém que saiba imitar as duas vozes.'],
    block: ['Um bloqueio termina com a visita.', 'Não conhecemos ninguém, então não sabemos quem volta. E se a nossa '
      + 'memória se perder enquanto você não espera nem fala, seus bloqueios se perdem com ela.'],
    device: ['Seu aparelho não está em nossas mãos.', 'Extensões, outros programas e quem estiver por perto podem '
      + 'ouvir.'],
  },

  checkTitle: 'Veja por si',
  check: 'Sob cada promessa estão os nomes dos seus testes no código-fonte. Lá, “make test” roda todos na sua '
    + 'própria máquina, e THREAT_MODEL.md lista o que existe sobre você, onde e por quanto tempo.',
};
