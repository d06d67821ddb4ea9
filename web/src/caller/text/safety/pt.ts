/** The safety words and what is said about them, in Portuguese. */

import type { SafetyText } from './en.ts';

export const pt: SafetyText = {
  title: 'Palavras de segurança',
  how: 'Digam estas palavras um ao outro: uma pessoa as duas primeiras, a outra as duas últimas.',
  proves: 'Se vocês têm as mesmas, quem transporta a chamada teria precisado de um palpite certo, um em 16 milhões, para '
    + 'ficar no meio sem ser notado. Não é prova contra alguém que imite as vozes enquanto vocês falam, nem contra uma '
    + 'página que mente.',
  missing: 'Esta chamada não tem palavras de segurança. Elas chegam em um ou dois segundos. Se não chegarem, a outra '
    + 'pessoa tem uma página mais antiga, ou alguém as segura no caminho: vocês podem conversar, mas ninguém pode '
    + 'garantir que estão a sós.',
  close: 'Fechar', differ: 'São diferentes',
  differTitle: 'Palavras diferentes?',
  differLine: 'Talvez vocês tenham ouvido mal: digam mais uma vez. Se ainda forem diferentes, alguém pode estar no meio, '
    + 'escutando. Então não diga nada de privado e encerre a chamada.',
  end: 'Encerrar a chamada', again: 'Olhar de novo',
  names: [
    'Cachorro', 'Cavalo', 'Porco', 'Elefante', 'Leão', 'Crocodilo', 'Panda', 'Pinguim',
    'Coruja', 'Pato', 'Tartaruga', 'Peixe', 'Caranguejo', 'Borboleta', 'Abelha', 'Caracol',
    'Cacto', 'Girassol', 'Cogumelo', 'Palmeira', 'Maçã', 'Melancia', 'Uvas', 'Cenoura',
    'Milho', 'Pretzel', 'Fantasma', 'Pizza', 'Chocolate', 'Lua', 'Estrela', 'Arco-íris',
    'Guarda-chuva', 'Neve', 'Fogo', 'Terra', 'Ônibus', 'Bicicleta', 'Trem', 'Avião',
    'Foguete', 'Veleiro', 'Helicóptero', 'Troféu', 'Âncora', 'Balão', 'Chave', 'Sino',
    'Guitarra', 'Tambor', 'Piano', 'Despertador', 'Óculos', 'Cartola', 'Coroa', 'Diamante',
    'Presente', 'Livro', 'Tesoura', 'Martelo', 'Lâmpada', 'Câmera', 'Telefone', 'Robô',
  ],
};
