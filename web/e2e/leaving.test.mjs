/** Everything that ends somebody's stay: by a click, by a reload, by an accident. */
import assert from 'node:assert/strict';
import { meet, sees } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';
import { CONSENT_TIMEOUT_MS } from './harness/server.mjs';

const stage = scene();

/** From silence to the moment when the others know: the timeout, and the check that notices it. */
const GONE_MS = CONSENT_TIMEOUT_MS + 5_000;

const isAlone = ({ peers }) => peers.length === 0;

for (const kind of ['chromium', 'firefox']) {
  const other = kind === 'chromium' ? 'firefox' : 'chromium';

  stage.test(`${kind}: who reloads comes back into the same room`, async () => {
    const room = stage.room('reload');
    const ann = await stage.person(kind, { room, name: 'Ann' });
    const bob = await stage.person(other, { room, name: 'Bob' });
    await sees(bob, ann);
    const before = ann.id;
    await ann.reload();
    assert.notEqual(ann.id, before);
    await bob.until('sees one Ann, the new one', ({ peers }) =>
      peers.every(({ id }) => id === ann.id),
    );
    await meet(ann, bob);
  });

  stage.test(`${kind}: who reloads alone has a room that works`, async () => {
    const room = stage.room('alone');
    const ann = await stage.person(kind, { room, name: 'Ann' });
    for (let round = 0; round < 3; round++) await ann.reload();
    const { roomId } = await ann.state();
    assert.equal(roomId, room);
    await ann.write('@bot are you there?');
    await ann.untilText('chat-text', 'Ann said me: "are you there?"');
    const bob = await stage.person(kind, { room, name: 'Bob' });
    await meet(ann, bob);
  });

  stage.test(`${kind}: who leaves is gone at once, and may come again`, async () => {
    const room = stage.room('leave');
    const ann = await stage.person(kind, { room, name: 'Ann' });
    const bob = await stage.person(other, { room, name: 'Bob' });
    await meet(ann, bob);
    await ann.click('leave');
    await ann.until(
      'has left',
      ({ phase, closedWhy }) => `${phase} ${closedWhy}` === 'closed left',
    );
    await bob.until('is alone', isAlone, { within: 3_000 });
    await ann.click('rejoin');
    await ann.isConnected();
    await meet(ann, bob);
  });

  stage.test(`${kind}: who is killed is gone for the others`, async () => {
    const room = stage.room('killed');
    const bob = await stage.person(other, { room, name: 'Bob' });
    const browser = await stage.ownBrowser(kind);
    const ann = await stage.person(browser, { room, name: 'Ann' });
    await sees(bob, ann);
    browser.kill();
    await bob.until('is alone', isAlone, { within: GONE_MS });
  });
}

stage.test('chromium: a tab that crashes is gone for the others', async () => {
  const room = stage.room('crash');
  const bob = await stage.person('firefox', { room, name: 'Bob' });
  const ann = await stage.person('chromium', { room, name: 'Ann' });
  await sees(bob, ann);
  await ann.crash();
  await bob.until('is alone', isAlone, { within: GONE_MS });
});

stage.test('who falls silent is gone after the consent timeout', async () => {
  const room = stage.room('silent');
  const bob = await stage.person('chromium', { room, name: 'Bob' });
  const silenced = [];
  for (const kind of ['chromium', 'firefox']) {
    const browser = await stage.ownBrowser(kind);
    silenced.push(await stage.person(browser, { room, name: kind }));
  }
  for (const person of silenced) await sees(bob, person);
  const since = Date.now();
  for (const { browser } of silenced) browser.freeze();
  await bob.until('is alone', isAlone, { within: GONE_MS });
  const silence = Date.now() - since;
  assert.ok(silence > CONSENT_TIMEOUT_MS / 2, `given up after ${silence} ms already`);
});
