/** Films of every kind that goes into a room without encoding it again, as people in a browser see and hear them. */
import assert from 'node:assert/strict';
import { film } from '../harness/films.mjs';
import { consumerOf, hears, sees } from '../harness/media.mjs';
import { push } from '../harness/push.mjs';
import { scene } from '../harness/scene.mjs';
import { soundAfterPicture } from '../harness/sync.mjs';

const stage = scene();

/** Above this people notice that lips and words do not fit. */
const NOTICED_MS = 80;

for (const [name, video, audio, codec] of [
  ['film.mp4', 'h264', 'opus', 'H264'],
  ['film.webm', 'vp9', 'opus', 'VP9'],
  ['film.mkv', 'vp8', 'opus', 'VP8'],
  ['av1.webm', 'av1', 'opus', 'AV1'],
]) {
  for (const transport of name === 'film.mkv' ? ['webrtc', 'plain'] : ['webrtc']) {
    stage.test(`${name} with ${codec}, by ${transport}: seen and heard in sync`, async () => {
      const room = stage.room('film');
      const query = { produce: 'false' };
      const ann = await stage.person('chromium', { room, name: 'Ann', query });
      const pusher = push(stage, room, [
        ...['--loop', '--transport', transport],
        await film(name, video, audio),
      ]);
      const broadcaster = await pusher.broadcaster(ann);
      await sees(ann, broadcaster);
      await hears(ann, broadcaster);
      assert.equal(consumerOf(await ann.state(), broadcaster.id).codec, codec);
      const offset = await soundAfterPicture(ann, broadcaster);
      assert.ok(Math.abs(offset) < NOTICED_MS, `sound comes ${offset} ms after the picture`);
      await pusher.interrupt();
      await ann.until('the film has gone', ({ peers }) => peers.length === 0);
    });
  }
}
