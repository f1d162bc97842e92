/** A viewer behind a bad link, and whether they get the best that it carries. */
import assert from 'node:assert/strict';
import { smallCamera } from './films.mjs';
import { BadLink } from './link.mjs';
import { sees } from './media.mjs';
import { getsTheBest, sending } from './picture.mjs';

let camera = null;

/** Half of the round trip of all links. */
const DELAY_MS = 25;

/** Of the three sizes that are sent, 500 kbit/s carry the second, 2 Mbit/s the largest. */
const SENT_KBPS = [80, 200, 700];

export const link = (settings) => ({ delayMs: DELAY_MS, ...settings });

/** A sender with a good link and a viewer behind a bad one. */
export async function watch(stage, down, body) {
  const relay = await BadLink.to(stage.server, { down: link(down), up: link({}) });
  try {
    const room = stage.room('link');
    camera ??= smallCamera();
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
export async function reaches(people, kbps, { context, ...options }) {
  const seen = await getsTheBest(people, { kbps, ...options });
  context.diagnostic(JSON.stringify({ kbps, ...seen }));
  return seen.width;
}
