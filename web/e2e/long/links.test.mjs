/** That the picture of a viewer grows with the link; on a busy machine that takes a while. */
import assert from 'node:assert/strict';
import { CAMERA } from '../harness/films.mjs';
import { scene } from '../harness/scene.mjs';
import { link, reaches, watch } from '../harness/viewer.mjs';

const stage = scene();

stage.test('chromium: when 500 kbit/s become 2 Mbit/s the picture becomes whole', (context) =>
  watch(stage, { kbps: 500 }, async (people) => {
    assert.ok((await reaches(people, 500, { context, usable: 0.5 })) < CAMERA.width);
    await people.relay.change({ down: link({ kbps: 2_000 }) });
    assert.equal(await reaches(people, 2_000, { context, within: 60_000 }), CAMERA.width);
  }),
);
