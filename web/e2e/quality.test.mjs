/** People see why a picture has the quality that it has, and can choose another. */
import assert from 'node:assert/strict';
import { consumerOf, sees } from './harness/media.mjs';
import { byTestId } from './harness/person.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

/** A sender with three layers, and a viewer whose tile is large. */
async function pair(viewer, codec = 'VP8') {
  const room = stage.room('quality');
  const query = { [`force${codec}`]: 'true' };
  const ann = await stage.person('chromium', { room, name: 'Ann', query });
  const bob = await stage.person(viewer, { room, name: 'Bob', query: { produce: 'false' } });
  await sees(bob, ann);
  return { ann, bob };
}

const layersOf = (state, ann) => consumerOf(state, ann.id).layers;

/** Reads a number off the panel, in the unit that it is shown in. */
async function shown(person, testId) {
  const [text] = await person.texts(testId);
  return Number.parseFloat(text);
}

/** Opens the statistics from the tile, by keyboard alone. */
async function openByKeyboard(person, peerId) {
  await person.page.bringToFront();
  const button = `${byTestId('tile')}[data-peer-id="${peerId}"] ${byTestId('tile-stats')}`;
  await person.page.focus(button);
  await person.page.keyboard.press('Enter');
  await person.page.waitForSelector(byTestId('stats-panel'));
}

for (const viewer of ['chromium', 'firefox']) {
  stage.test(`${viewer}: figures move, and a choice of layers changes them`, async () => {
    const { ann, bob } = await pair(viewer);
    await openByKeyboard(bob, ann.id);
    await until('there are figures', async () => {
      const bitrate = await shown(bob, 'stats-bitrate');
      return bitrate > 0 && (await shown(bob, 'stats-frame-rate')) > 0;
    });
    const [first] = await bob.texts('stats-bitrate');
    await until('the bitrate moves', async () => (await bob.texts('stats-bitrate'))[0] !== first);

    await bob.page.select(byTestId('stats-spatial'), '0');
    await bob.until('gets the smallest layer', (it) => layersOf(it, ann)?.spatial === 0);
    await bob.untilText('stats-wanted', 'size 1 of 3');
    await bob.untilText('stats-received', 'size 1 of 3');
    await bob.untilText('stats-reason', 'You asked for less.');
    const small = await until('a small picture is shown', async () => {
      const lines = await shown(bob, 'stats-height');
      return lines > 0 && lines < 360 && lines;
    });

    await bob.page.select(byTestId('stats-spatial'), '1');
    await bob.until('gets a larger layer', (it) => layersOf(it, ann)?.spatial === 1);
    await until(
      'a larger picture is shown',
      async () => (await shown(bob, 'stats-height')) > small,
    );
    await bob.page.select(byTestId('stats-spatial'), 'auto');
    await bob.until('leaves it to the app', (it) => consumerOf(it, ann.id).wanted.by !== 'person');
  });
}

stage.test('chromium: each of the layers in a stream of AV1 can be seen', async () => {
  const { ann, bob } = await pair('chromium', 'AV1');
  await openByKeyboard(bob, ann.id);
  const shows = async (spatial, isSo) => {
    await bob.page.select(byTestId('stats-spatial'), String(spatial));
    await bob.until(`gets layer ${spatial}`, (it) => layersOf(it, ann)?.spatial === spatial);
    const height = await until(`the picture of layer ${spatial} is shown`, async () => {
      const lines = await shown(bob, 'stats-height');
      return isSo(lines) && lines;
    });
    await sees(bob, ann);
    return height;
  };
  const small = await shows(0, (lines) => lines > 0 && lines < 360);
  await shows(2, (lines) => lines >= 2 * small);
});

stage.test('chromium: priority and key frames can be asked for, and Escape closes', async () => {
  const { ann, bob } = await pair('chromium');
  await openByKeyboard(bob, ann.id);
  await bob.page.click(byTestId('stats-priority'), { clickCount: 3 });
  await bob.page.keyboard.type('200');
  await bob.page.keyboard.press('Enter');
  await bob.until('has set the priority', (it) => consumerOf(it, ann.id).priority === 200);
  const keyFrames = async () => (await keyFramesOf(bob, ann)) ?? 0;
  const before = await until('key frames are counted', keyFrames);
  // The server asks for no more than one in a while, so the first wish may fall in with another.
  await until('a key frame comes', async () => {
    await bob.click('stats-key-frame');
    return (await keyFrames()) > before;
  });
  await bob.page.keyboard.press('Escape');
  await until('the panel is closed', async () => {
    return (await bob.page.$(byTestId('stats-panel'))) === null;
  });
  const focused = await bob.evaluate(() => document.activeElement?.dataset.testid);
  assert.equal(focused, 'tile-stats', 'the focus is back where it was');
  assert.deepEqual((await bob.state()).toasts, []);
});

stage.test('chromium: one’s own tile tells each layer that is sent', async () => {
  const { ann } = await pair('chromium');
  await ann.page.bringToFront();
  await ann.page.keyboard.press('i');
  await until('every layer is listed', async () => (await ann.texts('sent-layer')).length === 3);
  await until('what is sent is told', async () => (await shown(ann, 'stats-bitrate')) > 0);
  await until('what can be sent is told', async () => (await shown(ann, 'stats-available')) > 0);
  const [reason] = await ann.texts('stats-reason');
  assert.match(reason, /\.$/);
});

/** Key frames that the browser has decoded of somebody's picture. */
async function keyFramesOf(viewer, sender) {
  const consumer = consumerOf(await viewer.state(), sender.id);
  return (await viewer.stats()).consumers[consumer.id]?.keyFrames;
}
