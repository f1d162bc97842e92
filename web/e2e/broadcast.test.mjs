/**
 * Films and programs in a room, pushed by `miso push`, as people in a browser see and hear them. More kinds of films are
 * in `long/films.test.mjs`.
 */
import assert from 'node:assert/strict';
import { film } from './harness/films.mjs';
import { hears, sees } from './harness/media.mjs';
import { push } from './harness/push.mjs';
import { scene } from './harness/scene.mjs';
import { PATTERN_FLASH, soundAfterPicture } from './harness/sync.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

/** Above this people notice that lips and words do not fit. */
const NOTICED_MS = 80;

const viewer = async (room, kind = 'chromium') =>
  stage.person(kind, { room, name: 'Ann', query: { produce: 'false' } });

stage.test('picture and sound of two files: IVF and Ogg', async () => {
  const room = stage.room('files');
  const ann = await viewer(room);
  const files = [await film('picture.ivf', 'vp8', null), await film('sound.ogg', null, 'opus')];
  const pusher = push(stage, room, ['--loop', ...files]);
  const broadcaster = await pusher.broadcaster(ann);
  await sees(ann, broadcaster);
  await hears(ann, broadcaster);
  const offset = await soundAfterPicture(ann, broadcaster);
  assert.ok(Math.abs(offset) < NOTICED_MS, `sound comes ${offset} ms after the picture`);
  await pusher.interrupt();
});

stage.test('a film as most are, with B-frames and AAC, goes through ffmpeg', async () => {
  const room = stage.room('other');
  const ann = await viewer(room);
  const pusher = push(stage, room, ['--loop', await film('film.mp4', 'h264b', 'aac')]);
  const broadcaster = await pusher.broadcaster(ann);
  await sees(ann, broadcaster);
  await hears(ann, broadcaster);
  const offset = await soundAfterPicture(ann, broadcaster);
  assert.ok(Math.abs(offset) < NOTICED_MS, `sound comes ${offset} ms after the picture`);
  await pusher.interrupt();
});

for (const kind of ['chromium', 'firefox']) {
  stage.test(`${kind}: the test pattern is seen and heard, in sync`, async () => {
    const room = stage.room('pattern');
    const pusher = push(stage, room, ['--test-pattern']);
    const ann = await viewer(room, kind);
    const broadcaster = await pusher.broadcaster(ann);
    await sees(ann, broadcaster);
    await hears(ann, broadcaster);
    assert.equal(await ann.evaluate(fitOf, broadcaster.id), 'contain', 'all of it is shown');
    if (kind === 'chromium') {
      const offset = await soundAfterPicture(ann, broadcaster, { area: PATTERN_FLASH });
      assert.ok(Math.abs(offset) < NOTICED_MS, `sound comes ${offset} ms after the picture`);
    }
    await pusher.interrupt();
    await ann.until('the pattern has gone', ({ peers }) => peers.length === 0);
  });
}

stage.test('a room that only a pusher made goes away with it', async () => {
  const room = stage.room('alone');
  const pusher = push(stage, room, ['--test-pattern']);
  const rooms = async () => (await stage.server.metrics()).values.get('miso_rooms');
  await until('the room is there', async () => (await rooms()) === 1);
  assert.deepEqual(await pusher.interrupt(), { code: 0, signal: null });
  // Long before the time for which requests alone would keep it open.
  await until('the room is gone', async () => (await rooms()) === 0, { within: 5_000 });
});

/** Runs in the page: how the picture of somebody fits into its tile. */
function fitOf(peerId) {
  const tile = `[data-testid="tile"][data-peer-id="${peerId}"]`;
  return getComputedStyle(document.querySelector(`${tile} video`)).objectFit;
}
