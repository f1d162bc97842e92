/** Other people's programs: the scripts of `docs/examples`, run as they stand. */
import { fileURLToPath } from 'node:url';
import { Command } from './harness/command.mjs';
import { film } from './harness/films.mjs';
import { hears, sees } from './harness/media.mjs';
import { Pusher } from './harness/push.mjs';
import { scene } from './harness/scene.mjs';
import { soundAfterPicture } from './harness/sync.mjs';

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
    await soundAfterPicture(ann, broadcaster, { settled: NOTICED_MS });
    await pusher.interrupt();
    await ann.until('the film has gone', ({ peers }) => peers.length === 0);
  });
}
