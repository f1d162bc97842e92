/** What a viewer on a poor link sees of a sender on a good one. */
import assert from 'node:assert/strict';
import { CAMERA, smallCamera } from './harness/films.mjs';
import { BadLink } from './harness/link.mjs';
import { sees } from './harness/media.mjs';
import { getsTheBest, sending } from './harness/picture.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene();
const camera = smallCamera();

/** Half of the round trip of all links. */
const DELAY_MS = 25;

/** Most that 95 of 100 packets may wait in front of a link; its queue holds 300 ms. */
const QUEUE_MS = 100;

const link = (settings) => ({ delayMs: DELAY_MS, ...settings });

/** Of the three sizes that are sent, 500 kbit/s carry the second, 2 Mbit/s the largest. */
const SENT_KBPS = [80, 200, 700];

/** A sender with a good link and a viewer behind a bad one. */
async function watch(down, body) {
  const relay = await BadLink.to(stage.server, { down: link(down), up: link({}) });
  try {
    const room = stage.room('link');
    const sender = await stage.person(stage.browser('chromium', { videoFile: await camera }), {
      room,
      name: 'Ann',
      query: { forceVP8: 'true' },
      prepare: sending(...SENT_KBPS),
    });
    const viewer = await stage.person('chromium', {
      room,
      name: 'Bob',
      query: { produce: 'false' },
      prepare: relay.lead,
    });
    await sees(viewer, sender);
    const { packetsOut } = (await relay.change()).down;
    assert.ok(packetsOut > 0, 'media pass the relay');
    await body({ sender, viewer, relay });
  } finally {
    await relay.close();
  }
}

/** The best of the link is reached and held, with a short queue; returns the width of the picture. */
async function reaches(people, kbps, context, usable) {
  const seen = await getsTheBest({ ...people, kbps, usable });
  context.diagnostic(JSON.stringify({ kbps, ...seen }));
  const { queueDelayP95Ms } = seen.down;
  assert.ok(queueDelayP95Ms < QUEUE_MS, `packets wait ${queueDelayP95Ms} ms in front of the link`);
  return seen.width;
}

stage.test('chromium: the picture is the best for 500 kbit/s, 2 Mbit/s and 500 again', (context) =>
  watch({ kbps: 500 }, async (people) => {
    assert.equal(await reaches(people, 500, context), CAMERA.width / 2);
    await people.relay.change({ down: link({ kbps: 2_000 }) });
    assert.equal(await reaches(people, 2_000, context), CAMERA.width);
    await people.relay.change({ down: link({ kbps: 500 }) });
    // Who has just had too much is careful; but it goes on, fluently and with a short queue.
    assert.ok((await reaches(people, 500, context, 0.5)) < CAMERA.width);
  }),
);

stage.test('chromium: the whole picture comes through 2 Mbit/s that lose 5 %', (context) =>
  watch({ kbps: 2_000, loss: 0.05 }, async (people) => {
    assert.equal(await reaches(people, 2_000, context), CAMERA.width);
  }),
);
