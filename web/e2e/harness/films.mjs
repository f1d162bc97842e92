/** Films made on the spot: each second begins with a flash and a beep, so that sync can be measured. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './resources.mjs';

const run = promisify(execFile);

const MAKE_MS = 60_000;

const SECONDS = 20;

/** How long picture is bright and sound is loud at the beginning of each second. */
const FLASH = 0.2;

export const CAMERA = { width: 960, height: 540, rate: 15 };

const PICTURE =
  `testsrc2=size=320x240:rate=25:duration=${SECONDS},eq=brightness=-0.3,` +
  `drawbox=color=white:thickness=fill:enable='lt(mod(t,1),${FLASH})'`;

const SOUND = `aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),${FLASH})':sample_rate=48000:channel_layout=stereo:duration=${SECONDS}`;

const VIDEO = {
  vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k', '-g', '25'],
  vp9: [
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-b:v',
    '500k',
    '-g',
    '25',
  ],
  av1: ['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-b:v', '500k', '-g', '25'],
  h264: [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p'],
    ...['-b:v', '500k', '-g', '25'],
  ],
  /** As films usually are: with frames that refer to later ones. */
  h264b: ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-b:v', '500k', '-g', '25'],
};

const AUDIO = {
  opus: ['-c:a', 'libopus', '-b:a', '64k'],
  aac: ['-c:a', 'aac', '-b:a', '96k'],
};

/** What a camera sees, for Chromium to send: the least that it encodes in three sizes. */
export async function smallCamera() {
  const path = join(temporaryFolder('film'), 'camera.y4m');
  const picture = `testsrc2=size=${CAMERA.width}x${CAMERA.height}:rate=${CAMERA.rate}:duration=2`;
  const options = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-pix_fmt', 'yuv420p'];
  await run('ffmpeg', ['-f', 'lavfi', '-i', picture, ...options, path], { timeout: MAKE_MS });
  return path;
}

/** A film in a file named `name`, whose ending says the container. Either codec may be null. */
export async function film(name, video, audio) {
  const path = join(temporaryFolder('film'), name);
  const inputs = [
    ...(video === null ? [] : ['-f', 'lavfi', '-i', PICTURE]),
    ...(audio === null ? [] : ['-f', 'lavfi', '-i', SOUND]),
  ];
  const codecs = [...(video === null ? [] : VIDEO[video]), ...(audio === null ? [] : AUDIO[audio])];
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
  await run('ffmpeg', [...quiet, ...inputs, ...codecs, path], { timeout: MAKE_MS });
  return path;
}
