/** Whether the sound of a film comes when its picture does: by flashes and beeps, as a viewer would judge. */
import { consumerOf } from './media.mjs';
import { until } from './until.mjs';

/** Pairs of flash and beep that are measured; the median of more is steadier, and takes longer. */
const PAIRS = 5;

/**
 * Milliseconds by which sound comes after the picture, for a film whose picture is bright while it
 * beeps; negative when it comes before.
 */
export async function soundAfterPicture(viewer, other, { within = 30_000 } = {}) {
  await until(`${viewer.name} has picture and sound of ${other.name}`, async () => {
    const sound = consumerOf(await viewer.state(), other.id, { kind: 'audio' });
    return viewer.evaluate(watch, other.id, sound?.id);
  });
  const offsets = await until(
    `${viewer.name} notes flashes and beeps of ${other.name}`,
    async () => {
      const { flashes, beeps } = await viewer.evaluate(() => window.flashesAndBeeps);
      const found = pairs(flashes, beeps);
      if (found.length >= PAIRS) return found;
      throw new Error(JSON.stringify({ flashes, beeps }));
    },
    { within },
  );
  return offsets.sort((one, other) => one - other)[Math.floor(offsets.length / 2)];
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
function watch(peerId, soundId) {
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
    context.drawImage(video, 0, 0, 8, 8);
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
