/** What a viewer on a poor link sees of a sender on a good one. That it rises with the link is in `long/`. */
import assert from 'node:assert/strict';
import { CAMERA } from './harness/films.mjs';
import { scene } from './harness/scene.mjs';
import { link, reaches, watch } from './harness/viewer.mjs';

const stage = scene();

stage.test('chromium behind 500 kbit/s: the picture is the best that fits', (context) =>
  watch(stage, { kbps: 500 }, async (people) => {
    assert.equal(await reaches(people, 500, { context }), CAMERA.width / 2);
  }),
);

stage.test(
  'chromium behind 2 Mbit/s has it whole, and goes on when 500 kbit/s are left',
  (context) =>
    watch(stage, { kbps: 2_000 }, async (people) => {
      assert.equal(await reaches(people, 2_000, { context }), CAMERA.width);
      await people.relay.change({ down: link({ kbps: 500 }) });
      // Who has just had too much is careful.
      assert.ok((await reaches(people, 500, { context, usable: 0.5 })) < CAMERA.width);
    }),
);

stage.test('chromium behind 2 Mbit/s that lose 5 % has the picture whole', (context) =>
  watch(stage, { kbps: 2_000, loss: 0.05 }, async (people) => {
    assert.equal(await reaches(people, 2_000, { context }), CAMERA.width);
  }),
);
