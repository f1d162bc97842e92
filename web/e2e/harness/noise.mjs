/** A film that no encoder can make small: what a sender with much to send would send. */
import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './resources.mjs';

const WIDTH = 1280;
const HEIGHT = 720;
const RATE = 15;
const FRAMES = 15;

/** Side of the squares of one brightness. Falling makes the film harder to encode. */
const SQUARE = 8;

/** Writes one second of moving noise as YUV4MPEG2, which Chromium repeats; returns its path. */
export function noiseFilm() {
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420\n`)];
  for (let frame = 0; frame < FRAMES; frame++) {
    parts.push(Buffer.from('FRAME\n'), brightness(), chroma);
  }
  const path = join(temporaryFolder('film'), 'noise.y4m');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

function brightness() {
  const plane = Buffer.alloc(WIDTH * HEIGHT);
  const squares = randomFillSync(Buffer.alloc((WIDTH * HEIGHT) / SQUARE ** 2));
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x += SQUARE) {
      const square = Math.floor(y / SQUARE) * (WIDTH / SQUARE) + x / SQUARE;
      plane.fill(squares[square], y * WIDTH + x, y * WIDTH + x + SQUARE);
    }
  }
  return plane;
}
