/** The safety words and what is said about them, in English: the model for the other languages. Pure. */

export interface SafetyText {
  title: string;
  how: string;
  proves: string;
  missing: string;
  close: string;
  differ: string;
  differTitle: string;
  differLine: string;
  end: string;
  again: string;
  /** In the order of `EMOJI`. */
  names: readonly string[];
}

export const en: SafetyText = {
  title: 'Safety words',
  how: 'Say these to each other: one of you the first two, the other the last two.',
  proves: 'If both of you have the same, whoever carries your call would have needed a lucky guess, one in 16 million, '
    + 'to sit between you unnoticed. It is no proof against somebody who imitates your voices as you speak, or against '
    + 'a page that lies to you.',
  missing: 'This call has no safety words. They come within a second or two. If they stay away, your partner has an '
    + 'older page, or somebody on the way holds them back: you can talk, but nobody can vouch that you are alone.',
  close: 'Close', differ: 'They differ',
  differTitle: 'Different words?',
  differLine: 'You may have misheard, so say them once more. If they still differ, somebody may sit between you and '
    + 'listen. Then say nothing private, and end the call.',
  end: 'End the call', again: 'Look again',
  names: [
    'Dog', 'Horse', 'Pig', 'Elephant', 'Lion', 'Crocodile', 'Panda', 'Penguin',
    'Owl', 'Duck', 'Turtle', 'Fish', 'Crab', 'Butterfly', 'Bee', 'Snail',
    'Cactus', 'Sunflower', 'Mushroom', 'Palm tree', 'Apple', 'Watermelon', 'Grapes', 'Carrot',
    'Corn', 'Pretzel', 'Ghost', 'Pizza', 'Chocolate', 'Moon', 'Star', 'Rainbow',
    'Umbrella', 'Snowflake', 'Fire', 'Globe', 'Bus', 'Bicycle', 'Train', 'Airplane',
    'Rocket', 'Sailboat', 'Helicopter', 'Trophy', 'Anchor', 'Balloon', 'Key', 'Bell',
    'Guitar', 'Drum', 'Piano', 'Alarm clock', 'Glasses', 'Top hat', 'Crown', 'Diamond',
    'Gift', 'Book', 'Scissors', 'Hammer', 'Light bulb', 'Camera', 'Telephone', 'Robot',
  ],
};
