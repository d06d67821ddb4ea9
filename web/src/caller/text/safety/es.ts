/** The safety words and what is said about them, in Spanish. */

import type { SafetyText } from './en.ts';

export const es: SafetyText = {
  title: 'Palabras de seguridad',
  how: 'En voz alta: una persona dice las dos primeras; la otra, las dos últimas.',
  proves: 'Si las dos personas tienen las mismas, quien transporta la llamada habría tenido que acertar a ciegas, una vez '
    + 'entre 16 millones, para estar en medio sin que se note. No es una prueba contra alguien que imite las voces '
    + 'durante la llamada, ni contra una página que mienta.',
  missing: 'Esta llamada no tiene palabras de seguridad. Llegan en uno o dos segundos. Si no llegan, la otra persona tiene '
    + 'una página más antigua, o alguien las retiene por el camino: se puede hablar, pero nadie puede asegurar que no '
    + 'haya alguien más.',
  close: 'Cerrar', differ: 'Son distintas',
  differTitle: '¿Palabras distintas?',
  differLine: 'Quizá se oyeron mal: conviene decirlas otra vez. Si siguen siendo distintas, puede que alguien esté en medio y '
    + 'escuche. Entonces no digas nada privado y termina la llamada.',
  end: 'Terminar la llamada', again: 'Mirar otra vez',
  names: [
    'Perro', 'Caballo', 'Cerdo', 'Elefante', 'León', 'Cocodrilo', 'Panda', 'Pingüino',
    'Búho', 'Pato', 'Tortuga', 'Pez', 'Cangrejo', 'Mariposa', 'Abeja', 'Caracol',
    'Cactus', 'Girasol', 'Champiñón', 'Palmera', 'Manzana', 'Sandía', 'Uvas', 'Zanahoria',
    'Maíz', 'Pretzel', 'Fantasma', 'Pizza', 'Chocolate', 'Luna', 'Estrella', 'Arcoíris',
    'Paraguas', 'Nieve', 'Fuego', 'Tierra', 'Autobús', 'Bicicleta', 'Tren', 'Avión',
    'Cohete', 'Velero', 'Helicóptero', 'Trofeo', 'Ancla', 'Globo', 'Llave', 'Campana',
    'Guitarra', 'Tambor', 'Piano', 'Despertador', 'Gafas', 'Sombrero', 'Corona', 'Diamante',
    'Regalo', 'Libro', 'Tijeras', 'Martillo', 'Bombilla', 'Cámara', 'Teléfono', 'Robot',
  ],
};
