/** Other people's programs: the scripts of `docs/examples`, run as they stand. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from './harness/command.mjs';
import { film } from './harness/films.mjs';
import { hears, sees } from './harness/media.mjs';
import { Pusher } from './harness/push.mjs';
import { temporaryFolder } from './harness/resources.mjs';
import { scene } from './harness/scene.mjs';
import { soundAfterPicture } from './harness/sync.mjs';

const run = promisify(execFile);

const stage = scene();

/** Both programs say every few seconds when their clocks met; after that the sound must fit the picture. */
const NOTICED_MS = 80;

const script = (name, ...args) =>
  new Command(fileURLToPath(new URL(`../../docs/examples/${name}`, import.meta.url)), args);

for (const program of ['ffmpeg', 'gstreamer']) {
  stage.test(`${program} pushes a film, and takes it away when it is interrupted`, async () => {
    const room = stage.room(program);
    const query = { produce: 'false' };
    const ann = await stage.person('chromium', { room, name: 'Ann', query });
    const server = `http://${stage.server.ready.http}`;
    const path = await film('film.webm', 'vp8', 'opus');
    const pusher = new Pusher(script(`push-${program}.sh`, path, room, server));
    const broadcaster = await pusher.broadcaster(ann);
    await sees(ann, broadcaster);
    await hears(ann, broadcaster);
    await soundAfterPicture(ann, broadcaster, { settled: NOTICED_MS, within: 45_000 });
    await pusher.interrupt();
    await ann.until('the film has gone', ({ peers }) => peers.length === 0);
  });
}

stage.test('ffmpeg records what a browser sends into a file that plays', async () => {
  const room = stage.room('record');
  const ann = await stage.person('chromium', { room, name: 'Ann', query: { forceVP8: 'true' } });
  await ann.until('sends sound and picture', ({ producers }) => producers.mic && producers.webcam);
  const path = join(temporaryFolder('record'), 'room.webm');
  const server = `http://${stage.server.ready.http}`;
  const recorder = script('receive-ffmpeg.sh', path, '5', room, server);
  assert.deepEqual(await recorder.ended(40_000), { code: 0, signal: null }, recorder.tail());

  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-count_frames', '-of', 'json'],
    ...['-show_entries', 'stream=codec_name,nb_read_frames', path],
  ]);
  const frames = Object.fromEntries(
    JSON.parse(stdout).streams.map((stream) => [stream.codec_name, Number(stream.nb_read_frames)]),
  );
  assert.ok(frames.vp8 >= 40, `pictures that could be decoded: ${stdout}`);
  assert.ok(frames.opus >= 200, `packets of sound that could be decoded: ${stdout}`);
  const volume = [
    '-hide_banner',
    '-i',
    path,
    '-map',
    '0:a',
    '-af',
    'volumedetect',
    '-f',
    'null',
    '-',
  ];
  const { stderr } = await run('ffmpeg', volume);
  const [, loudest] = /max_volume: (\S+) dB/.exec(stderr) ?? [];
  assert.ok(Number(loudest) > -40, `the loudest sound is ${loudest} dB`);
});
