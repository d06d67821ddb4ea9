/**
 * The 64 pictures behind the safety words; each language names them in the same order. Pure.
 *
 * Chosen to differ in outline and in sound, and old enough for every system to have them. Two pages that talk to each
 * other need the same list: whoever changes it must change the labels in `call/sas.ts` too.
 */

export const EMOJI: readonly string[] = [
  '🐶', '🐴', '🐷', '🐘', '🦁', '🐊', '🐼', '🐧', '🦉', '🦆', '🐢', '🐟', '🦀', '🦋', '🐝', '🐌',
  '🌵', '🌻', '🍄', '🌴', '🍎', '🍉', '🍇', '🥕', '🌽', '🥨', '👻', '🍕', '🍫', '🌙', '⭐', '🌈',
  '☂️', '❄️', '🔥', '🌍', '🚌', '🚲', '🚂', '✈️', '🚀', '⛵', '🚁', '🏆', '⚓', '🎈', '🔑', '🔔',
  '🎸', '🥁', '🎹', '⏰', '👓', '🎩', '👑', '💎', '🎁', '📕', '✂️', '🔨', '💡', '📷', '☎️', '🤖',
];
