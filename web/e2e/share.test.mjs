/** Sharing a screen, from each browser. */
import { startDisplay } from './harness/display.mjs';
import { consumerOf, sees } from './harness/media.mjs';
import { byTestId } from './harness/person.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene();

/** Who sends camera and screen at a time is a burden for the machine; more frames would show nothing more. */
const CALM = { fps: 10 };

/** Nobody looks at those who only look. */
const LOOKING = { produce: 'false' };

/** Chromium has a screen to share even without a display, Firefox has not. */
async function browserWithScreen(kind) {
  return stage.browser(kind, kind === 'firefox' ? { display: await startDisplay() } : CALM);
}

for (const kind of ['chromium', 'firefox']) {
  const other = kind === 'chromium' ? 'firefox' : 'chromium';

  stage.test(`${kind}: a shared screen is seen beside the camera, until it ends`, async () => {
    const room = stage.room('share');
    const ann = await stage.person(browserWithScreen(kind), { room, name: 'Ann' });
    const bob = await stage.person(stage.browser(other, CALM), {
      room,
      name: 'Bob',
      query: LOOKING,
    });
    await ann.click('share');
    await ann.until('shares', ({ me }) => me.share === 'live');
    await animate(ann);
    await sees(bob, ann, { share: true });
    await sees(bob, ann);
    await bob.untilText('tile-name', 'Ann · screen');
    const late = await stage.person(stage.browser(other, CALM), {
      room,
      name: 'Late',
      query: LOOKING,
    });
    await sees(late, ann, { share: true });
    await ann.click('share');
    for (const viewer of [bob, late]) {
      await viewer.until('has no screen of Ann', (state) => !screenOf(state, ann));
      await sees(viewer, ann);
    }
  });
}

// Chromium encodes no screen in several spatial layers of VP9 unless it is told of motion.
for (const mode of ['L1T3', 'L3T3']) {
  stage.test(`chromium: a screen is seen in VP9 with ${mode}`, async () => {
    const room = stage.room('vp9');
    const query = { forceVP9: 'true', webcam: 'false', sharingScalabilityMode: mode };
    const ann = await stage.person(browserWithScreen('chromium'), { room, name: 'Ann', query });
    const bob = await stage.person(browserWithScreen('chromium'), {
      room,
      name: 'Bob',
      query: LOOKING,
    });
    await ann.click('share');
    await ann.until('shares', ({ me }) => me.share === 'live');
    await animate(ann);
    await sees(bob, ann, { share: true });
  });
}

function screenOf(state, person) {
  return consumerOf(state, person.id, { share: true });
}

/** Something has to move on a screen for frames to be sent. */
function animate(person) {
  return person.evaluate((selector) => {
    const frames = [{ background: '#c33' }, { background: '#3c3' }, { background: '#33c' }];
    document.querySelector(selector).animate(frames, { duration: 1500, iterations: Infinity });
  }, byTestId('room'));
}
