// What a page plays.

import { until } from '../../../web/e2e/harness/until.mjs';

/** Frames that must be shown for a video to count as moving. */
const FRAMES = 5;

/** Mean brightness, 0 to 255, of a picture that is not black. */
const NOT_BLACK = 16;

/** Mean difference, 0 to 255, between two pictures that are not the same. */
const DIFFERENT = 0.3;

/** Rise of the received energy that silence and comfort noise never reach. */
const AUDIBLE = 1e-5;

/** Questions in a row between which nothing comes, for a video to count as stopped. */
const STILL = 5;

const PATIENCE = { within: 20_000 };

function frames(viewer, id) {
  return viewer.evaluate(it => document.getElementById(it).getVideoPlaybackQuality().totalVideoFrames, id);
}

/** Waits until frame after frame is shown, or none any more. */
export async function flows(viewer, id, { isFlowing = true } = {}) {
  let before = await frames(viewer, id);
  let still = 0;
  await until(`video of ${viewer.name} ${isFlowing ? 'moves' : 'stands still'}`, async () => {
    const now = await frames(viewer, id);
    if (isFlowing) return now - before >= FRAMES;
    still = now === before ? still + 1 : 0;
    before = now;
    return still >= STILL;
  }, PATIENCE);
}

/** Waits until frames are shown, and their pixels are not black and change. */
export async function pictureMoves(viewer, id) {
  await flows(viewer, id);
  const picture = async () => {
    const pixels = await viewer.evaluate(pictureOf, id);
    return pixels !== null && mean(pixels) > NOT_BLACK && pixels;
  };
  const first = await until(`${viewer.name} sees a picture`, picture, PATIENCE);
  await until(`${viewer.name} sees another picture`, async () => {
    const other = await picture();
    return other && difference(first, other) > DIFFERENT;
  }, PATIENCE);
}

/** Waits until sound has arrived that is more than silence. */
export async function hears(listener, id) {
  const energy = async () => {
    const found = await listener.evaluate(energyOf, id);
    if (typeof found !== 'number') throw new Error('no sound was decoded yet');
    return { found };
  };
  const start = await until(`${listener.name} gets sound`, energy, PATIENCE);
  await until(`${listener.name} hears`, async () => (await energy()).found - start.found > AUDIBLE, PATIENCE);
}

/** Runs in the page. */
async function energyOf(id) {
  const stats = await window.room.consumers.get(id).consumer.getStats();
  for (const entry of stats.values()) if (entry.type === 'inbound-rtp') return entry.totalAudioEnergy;
  return undefined;
}

/** Runs in the page: the colours of a small copy of what is shown, or null. */
function pictureOf(id) {
  const video = document.getElementById(id);
  if (video === null || video.videoWidth === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 96;
  canvas.height = 54;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return Array.from(data).filter((_, index) => index % 4 !== 3);
}

function mean(picture) {
  return picture.reduce((sum, value) => sum + value, 0) / picture.length;
}

function difference(one, other) {
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]), 0) / one.length;
}
