/** What a sender in Chromium makes of what the server tells of its reception. */
import { CAMERA, smallCamera } from '../harness/films.mjs';
import { BadLink } from '../harness/link.mjs';
import { sees } from '../harness/media.mjs';
import { sending } from '../harness/picture.mjs';
import { scene } from '../harness/scene.mjs';
import { until } from '../harness/until.mjs';

const stage = scene();
const camera = smallCamera();

const DELAY_MS = 25;
const NARROW_KBPS = 1_000;

/** Share of the narrow link that has to be used. */
const USED = 0.7;

/** Most that 95 of 100 packets may wait in front of it. */
const QUEUE_MS = 150;

/** Simulcast of more than the narrow link carries; the layers of VP9 have the bitrates that Chromium gives them. */
const SENT_KBPS = [150, 500, 1_500];

for (const [name, query] of [
  ['simulcast of VP8', { forceVP8: 'true' }],
  ['three layers of VP9', { forceVP9: 'true' }],
]) {
  stage.test(`${name}: a good link brings everything, a narrow one is used`, async (context) => {
    const relay = await BadLink.to(stage.server, {
      up: { delayMs: DELAY_MS },
      down: { delayMs: DELAY_MS },
    });
    try {
      const room = stage.room('uplink');
      const ann = await stage.person(stage.browser('chromium', { videoFile: await camera }), {
        ...{ room, name: 'Ann', query },
        prepare: async (person) => {
          await sending(...SENT_KBPS)(person);
          await relay.lead(person);
        },
      });
      const bob = await stage.person('chromium', {
        room,
        name: 'Bob',
        query: { produce: 'false' },
      });
      await sees(bob, ann);
      context.diagnostic(JSON.stringify(await sendsEverything(ann)));
      await relay.change({ up: { delayMs: DELAY_MS, kbps: NARROW_KBPS } });
      context.diagnostic(JSON.stringify(await uses(relay, NARROW_KBPS)));
      await sees(bob, ann);
    } finally {
      await relay.close();
    }
  });
}

/** All sizes are sent, and it is not the connection that limits them. */
function sendsEverything(person) {
  return until(
    `${person.name} sends everything`,
    async () => {
      const { encodings } = (await person.stats()).producers.webcam;
      const isHeldBack = ({ active, limitedBy }) => !active || limitedBy === 'bandwidth';
      if (!encodings.some(isHeldBack) && encodings.at(-1).width === CAMERA.width) return encodings;
      throw new Error(JSON.stringify(encodings));
    },
    { within: 20_000, every: 500 },
  );
}

/** For some seconds the uplink carries much of what it can, and nothing waits long in front of it. */
async function uses(relay, kbps) {
  let since = performance.now();
  return until(
    `${kbps} kbit/s are used`,
    async () => {
      const { up } = await relay.change();
      const used = (up.bytesOut * 8) / (performance.now() - since);
      since = performance.now();
      const seen = { used: Math.round(used), ...up };
      if (used >= USED * kbps && up.queueDelayP95Ms < QUEUE_MS) return seen;
      throw new Error(JSON.stringify(seen));
    },
    { within: 30_000, every: 4_000 },
  );
}
