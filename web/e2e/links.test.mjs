/** What a viewer on a poor link sees of a sender on a good one. */
import assert from 'node:assert/strict';
import { BadLink } from './harness/link.mjs';
import { consumerOf, sees } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

/** Round trip of all links, half in each direction. */
const DELAY_MS = 25;
/** What must have been reached by then. */
const SETTLED_MS = 30_000;

async function watch(link, body) {
  const relay = await BadLink.to(stage.server, {
    down: { delayMs: DELAY_MS, ...link },
    up: { delayMs: DELAY_MS },
  });
  try {
    const room = stage.room('link');
    const ann = await stage.person('chromium', { room, name: 'Ann', query: { forceVP8: 'true' } });
    const bob = await stage.person('chromium', {
      room,
      name: 'Bob',
      query: { produce: 'false' },
      prepare: relay.lead,
    });
    await sees(bob, ann);
    const { packetsOut } = (await relay.change()).down;
    assert.ok(packetsOut > 0, 'media pass the relay');
    await body({ ann, bob, relay });
  } finally {
    await relay.close();
  }
}

async function received(viewer, sender) {
  const consumer = consumerOf(await viewer.state(), sender.id);
  const { width, height, framesPerSecond } = (await viewer.stats()).consumers[consumer.id];
  return { width, height, framesPerSecond };
}

/** Waits until the picture is at least so wide and as fluent as it was sent. */
function reaches(viewer, sender, width) {
  return until(
    `${viewer.name} gets ${width} pixels a line`,
    async () => {
      const picture = await received(viewer, sender);
      if (picture.width >= width && picture.framesPerSecond >= 15) return picture;
      throw new Error(JSON.stringify(picture));
    },
    { within: SETTLED_MS },
  );
}

for (const [name, link, width] of [
  ['500 kbit/s', { kbps: 500 }, 160],
  ['2 Mbit/s', { kbps: 2_000 }, 320],
  ['5 % loss', { loss: 0.05 }, 640],
]) {
  stage.test(`chromium behind ${name}: the picture is as good as the link allows`, (context) =>
    watch(link, async ({ ann, bob, relay }) => {
      const picture = await reaches(bob, ann, width);
      await relay.change();
      const { width: before } = await received(bob, ann);
      await sees(bob, ann);
      const { down } = await relay.change();
      assert.ok(
        link.kbps === undefined || down.queueDelayP95Ms < 200,
        `the queue is short: ${JSON.stringify(down)}`,
      );
      context.diagnostic(JSON.stringify({ ...picture, before, down }));
    }),
  );
}

stage.test('chromium: when the link becomes narrow the picture goes on, and comes back', () =>
  watch({ kbps: 4_000 }, async ({ ann, bob, relay }) => {
    const wide = await reaches(bob, ann, 320);
    await relay.change({ down: { delayMs: DELAY_MS, kbps: 400 } });
    await sees(bob, ann);
    await reaches(bob, ann, 160);
    await relay.change({ down: { delayMs: DELAY_MS, kbps: 4_000 } });
    await reaches(bob, ann, wide.width);
  }),
);
