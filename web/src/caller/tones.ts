/** Plays the tones; fetched once somebody looks for a call, so that the page starts without it. */

import { runningContext } from './meter.ts';
import type { Tone } from './sounds.ts';

/** Two notes each, Hz: up a fourth, and down again. */
const NOTES: Readonly<Record<Tone, readonly number[]>> = { match: [440, 587.33], end: [587.33, 440] };
/** Amplitude at the loudest moment: well below a voice. */
const LOUD = 0.06;
const ATTACK_S = 0.02;
const DECAY_S = 0.3;
const APART_S = 0.14;

/** Play a tone; nothing happens before the person's first gesture. */
export function playTone(tone: Tone): void {
  const context = runningContext();
  if (!context) return;
  NOTES[tone].forEach((frequency, index) => {
    const startS = context.currentTime + index * APART_S;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, startS);
    gain.gain.linearRampToValueAtTime(LOUD, startS + ATTACK_S);
    gain.gain.setTargetAtTime(0, startS + ATTACK_S, DECAY_S / 5);
    const note = new OscillatorNode(context, { frequency });
    note.connect(gain).connect(context.destination);
    note.start(startS);
    note.stop(startS + ATTACK_S + DECAY_S);
  });
}
