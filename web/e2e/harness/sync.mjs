/** Whether the sound of a film comes when its picture does: by flashes and beeps, as a viewer would judge. */
import { consumerOf } from './media.mjs';
import { until } from './until.mjs';

/** Pairs of flash and beep that are measured; the median of more is steadier, and takes longer. */
const PAIRS = 5;

/** The part of a picture that flashes, as shares of its width and height: left, top, width, height. */
const WHOLE = [0, 0, 1, 1];

/** The same of the test pattern, well within its white field. */
export const PATTERN_FLASH = [0.4, 0.4, 0.5, 0.35];

/**
 * Milliseconds by which sound comes after the picture, for a film whose picture is bright while it
 * beeps; negative when it comes before. Of who says only now and then when the clocks meet, it is asked until it
 * is less than `settled`.
 */
export async function soundAfterPicture(
  viewer,
  other,
  { area = WHOLE, settled = Infinity, within = 30_000 } = {},
) {
  await until(`${viewer.name} has picture and sound of ${other.name}`, async () => {
    const sound = consumerOf(await viewer.state(), other.id, { kind: 'audio' });
    return viewer.evaluate(watch, other.id, sound?.id, area);
  });
  const median = await until(
    `${viewer.name} notes flashes and beeps of ${other.name}`,
    async () => {
      const { flashes, beeps } = await viewer.evaluate(() => window.flashesAndBeeps);
      const offsets = pairs(flashes, beeps).slice(-PAIRS);
      const [middle] = offsets.toSorted((one, other) => one - other).slice(PAIRS / 2);
      if (offsets.length === PAIRS && Math.abs(middle) < settled) return { middle };
      throw new Error(JSON.stringify({ offsets, flashes, beeps }));
    },
    { within },
  );
  return median.middle;
}

/** From each flash to the beep nearest to it. They come once a second, so the nearest is within half a one. */
function pairs(flashes, beeps) {
  return flashes.flatMap((flash) => {
    const offsets = beeps.map((beep) => beep - flash);
    const nearest = offsets.sort((one, other) => Math.abs(one) - Math.abs(other))[0];
    return nearest !== undefined && Math.abs(nearest) < 500 ? [nearest] : [];
  });
}

/** Runs in the page: notes when the picture turns bright and when sound begins. True once it does. */
function watch(peerId, soundId, [left, top, width, height]) {
  const BRIGHT = 160;
  const DARK = 110;
  const LOUD = 0.02;
  /** A beep ended when it was quiet for so long. */
  const QUIET_MS = 200;

  const tile = document.querySelector(`[data-testid="tile"][data-peer-id="${peerId}"]`);
  const video = tile?.querySelector('video');
  const audio = document.querySelector(`audio[data-consumer-id="${soundId}"]`);
  const track = audio?.srcObject?.getAudioTracks()[0];
  if (!video?.videoWidth || track === undefined) return false;
  if (window.flashesAndBeeps !== undefined) return true;
  const noted = (window.flashesAndBeeps = { flashes: [], beeps: [] });

  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 8;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let wasDark = false;
  const look = (_now, { expectedDisplayTime }) => {
    const { videoWidth, videoHeight } = video;
    const [x, y] = [left * videoWidth, top * videoHeight];
    context.drawImage(video, x, y, width * videoWidth, height * videoHeight, 0, 0, 8, 8);
    const { data } = context.getImageData(0, 0, 8, 8);
    const mean = data.reduce((sum, value, index) => sum + (index % 4 < 3 ? value : 0), 0) / 192;
    if (mean > BRIGHT && wasDark) noted.flashes.push(expectedDisplayTime);
    if (mean > BRIGHT) wasDark = false;
    else if (mean < DARK) wasDark = true;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);

  const sound = new AudioContext({ latencyHint: 'interactive' });
  const source = sound.createMediaStreamSource(new MediaStream([track]));
  const listener = sound.createScriptProcessor(256, 1, 1);
  let lastLoud = -Infinity;
  listener.onaudioprocess = ({ inputBuffer }) => {
    const now = performance.now();
    if (!inputBuffer.getChannelData(0).some((sample) => Math.abs(sample) > LOUD)) return;
    if (now - lastLoud > QUIET_MS) noted.beeps.push(now);
    lastLoud = now;
  };
  source.connect(listener).connect(sound.destination);
  return true;
}
