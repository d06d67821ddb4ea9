/**
 * The icons that systems want as PNG, drawn from our own SVG: a square and upright bars with round ends.
 *
 * A shape so plain needs no renderer: a pixel's colour follows from its distance to the nearest edge.
 */

import { crc32, deflateSync } from 'node:zlib';

const number = (svg, attribute) => Number(new RegExp(`${attribute}="([\\d.]+)"`).exec(svg)[1]);
const colour = (svg, attribute) => {
  const [, hex] = new RegExp(`${attribute}="#(\\w+)"`).exec(svg);
  const full = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16));
};

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG (ISO/IEC 15948) of `size` × `size` pixels, 8 bits RGBA; `at(x, y)` is the colour of one. */
function png(size, at) {
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) rows.set(at(x, y), y * (1 + 4 * size) + 1 + 4 * x);
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The icon as PNG bytes, `size` pixels wide. `whole` fills the square, for systems that cut out a shape of their own;
 * the bars lie inside the circle of 40 % that every such shape keeps (W3C Web Application Manifest, maskable).
 */
export function icon(svg, size, whole) {
  const [side, corner, half] = [number(svg, ' width'), number(svg, ' rx'), number(svg, ' stroke-width') / 2];
  const [paper, ink] = [colour(svg, 'fill'), colour(svg, 'stroke')];
  const bars = [...svg.matchAll(/M([\d.]+) ([\d.]+)v([\d.]+)/g)].map(([, ...numbers]) => numbers.map(Number));
  const unit = side / size;
  const covered = (distance) => Math.min(1, Math.max(0, 0.5 - distance / unit));
  return png(size, (column, row) => {
    const [x, y] = [(column + 0.5) * unit, (row + 0.5) * unit];
    const bar = Math.max(...bars.map(([left, top, height]) =>
      covered(Math.hypot(x - left, Math.max(top - y, y - top - height, 0)) - half)));
    const beyond = [x, y].map((at) => Math.max(0, Math.abs(at - side / 2) - side / 2 + corner));
    const square = whole ? 1 : covered(Math.hypot(...beyond) - corner);
    return [...paper.map((from, at) => Math.round(from + (ink[at] - from) * bar)), Math.round(255 * square)];
  });
}
