/** Coming in: by hand, without devices, without permission, with a hostile name. */
import assert from 'node:assert/strict';
import { hears, meet, sees } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene();

/** Would run, or at least complain of the page's policy, if it were taken for HTML. */
const HOSTILE = '<img src=x onerror=window.hacked=1>';

for (const kind of ['chromium', 'firefox']) {
  stage.test(`${kind}: joining by hand, with a preview first`, async () => {
    const room = stage.room('by-hand');
    const ann = await stage.person(kind, { room, name: 'Ann', join: false });
    await ann.until('has a preview', ({ me }) => `${me.mic} ${me.webcam}` === 'live live');
    await ann.untilText('lobby-room', room);
    await ann.type('lobby-name', 'Ann by hand');
    await ann.click('join');
    await ann.isConnected();
    const bob = await stage.person(kind, { room, name: 'Bob' });
    await bob.untilText('tile-name', 'Ann by hand');
    await meet(ann, bob);
  });

  // A Firefox that may use nothing at all is kept from the loopback interface, too, so there the
  // microphone is allowed but not asked for.
  const noMic = kind === 'firefox' ? { mic: 'false' } : {};
  for (const [what, options, { told, query = {} }] of [
    ['no devices', { devices: false }, { told: 'No camera was found' }],
    ['no permission', { consent: false }, { told: 'Camera access is blocked', query: noMic }],
  ]) {
    stage.test(`${kind}: with ${what} one sees, hears and chats`, async () => {
      const room = stage.room('viewer');
      const ann = await stage.person(kind, { room, name: 'Ann' });
      const browser = await stage.ownBrowser(kind, options);
      const bob = await stage.person(browser, { room, name: 'Bob', join: false, query });
      await bob.untilText('device-problem', told);
      await bob.untilText('lobby-hint', 'without camera and microphone');
      await bob.type('lobby-name', 'Bob');
      await bob.click('join');
      await bob.isConnected();
      await sees(bob, ann);
      await hears(bob, ann);
      await bob.write('I only watch');
      await ann.openChat();
      await ann.untilText('chat-text', 'I only watch');
      await ann.write('@bot and me?');
      await bob.untilText('chat-text', 'Ann said me: "and me?"');
    });
  }

  stage.test(`${kind}: HTML in names and messages stays text`, async () => {
    const room = stage.room('hostile');
    const ann = await stage.person(kind, { room, name: 'Ann' });
    const eve = await stage.person(kind, { room, name: HOSTILE });
    await ann.untilText('tile-name', HOSTILE);
    await eve.write(HOSTILE);
    await ann.openChat();
    await ann.untilText('chat-text', HOSTILE);
    await eve.write(`@bot ${HOSTILE}`);
    await ann.untilText('chat-text', `${HOSTILE} said me: "${HOSTILE}"`);
    await eve.evaluate((name) => window.miso.rename(`${name}2`), HOSTILE);
    await ann.untilText('tile-name', `${HOSTILE}2`);
    await ann.click('people-toggle');
    await ann.untilText('person', HOSTILE);
    for (const person of [ann, eve]) {
      const found = await person.evaluate(() => ['hacked' in window, document.images.length]);
      assert.deepEqual(found, [false, 0], person.name);
    }
  });
}
