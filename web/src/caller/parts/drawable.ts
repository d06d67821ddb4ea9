/** Whether the system has a picture for an emoji: many a Linux has none, and shows an empty box. */

const SIZE = 32;

function pixelsOf(context: CanvasRenderingContext2D, text: string): string {
  context.clearRect(0, 0, SIZE, SIZE);
  context.fillText(text, 0, SIZE * 0.75);
  return context.getImageData(0, 0, SIZE, SIZE).data.join();
}

export function drawable(emoji: string): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return true;
  context.font = `${SIZE * 0.75}px sans-serif`;
  // No font has this noncharacter (Unicode section 23.7): what is drawn for it is drawn for whatever is missing. A
  // browser that gives no true pixels away gives different ones each time, and keeps the pictures.
  return pixelsOf(context, emoji) !== pixelsOf(context, '\u{1FFFE}');
}
