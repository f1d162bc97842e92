/** Two people in a room, in each browser and across them. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { consumerOf, fallsSilent, hears, meet, sees } from './harness/media.mjs';
import { byTestId } from './harness/person.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

for (const kinds of [
  ['chromium', 'chromium'],
  ['firefox', 'firefox'],
  ['chromium', 'firefox'],
]) {
  describe(kinds.join(' and '), () => {
    const call = stage.company(async () => {
      const room = stage.room('call');
      const ann = await stage.person(kinds[0], { room, name: 'Ann' });
      const bob = await stage.person(kinds[1], { room, name: 'Bob' });
      return [ann, bob];
    });
    const test = (name, body) =>
      stage.test(`${kinds.join(' and ')}: ${name}`, async () => body(...(await call())), {
        stay: true,
      });

    test('each sees and hears the other', meet);
    test('each is told who speaks', tellsWhoSpeaks);
    test('chat both ways, and the bot answers', chats);
    test('mute, camera off and on again', switchesDevices);
    test('names are shown, and changing one is seen', changesNames);
  });
}

async function tellsWhoSpeaks(ann, bob) {
  for (const [speaker, listener] of [
    [ann, bob],
    [bob, ann],
  ]) {
    await listener.click('mic');
    await listener.until('is muted', ({ me }) => me.mic === 'muted');
    await listener.until('knows who speaks', (state) => state.activeSpeaker === speaker.id);
    const tile = `${byTestId('tile')}[data-peer-id="${speaker.id}"][data-speaking="true"]`;
    await until('the mark is shown', () => listener.page.$(tile));
    await listener.click('mic');
    await listener.until('is heard again', ({ me }) => me.mic === 'live');
  }
}

async function chats(ann, bob) {
  await ann.write('Hello Bob');
  await bob.openChat();
  await bob.untilText('chat-text', 'Hello Bob');
  await bob.write('Grüße, 안녕 🎈');
  await ann.untilText('chat-text', 'Grüße, 안녕 🎈');
  await ann.write('@bot what time is it?');
  // The bot speaks to everybody.
  const answer = 'Ann said me: "what time is it?"';
  for (const person of [ann, bob]) await person.untilText('chat-text', answer);
  const { chat } = await bob.state();
  assert.deepEqual(
    chat.messages.map(({ from, text }) => [from, text]),
    [
      [ann.id, 'Hello Bob'],
      ['me', 'Grüße, 안녕 🎈'],
      ['bot', answer],
    ],
  );
}

async function switchesDevices(ann, bob) {
  await sees(ann, bob);
  await hears(ann, bob);
  await bob.click('mic');
  const muted = await ann.until(
    'knows that Bob is mute',
    (state) => consumerOf(state, bob.id, { kind: 'audio' })?.producerPaused,
  );
  const mark = `${byTestId('tile')}[data-peer-id="${bob.id}"] ${byTestId('tile-muted')}`;
  await until('the mark is shown', () => ann.page.$(mark));
  await fallsSilent(ann, consumerOf(muted, bob.id, { kind: 'audio' }).id);
  await bob.click('mic');
  await until('the mark is gone', async () => (await ann.page.$(mark)) === null);
  await hears(ann, bob);
  await bob.click('webcam');
  await ann.until('has no picture of Bob', (state) => !consumerOf(state, bob.id));
  await ann.untilText('tile-name', 'Bob');
  await bob.click('webcam');
  await sees(ann, bob);
}

async function changesNames(ann, bob) {
  await ann.untilText('tile-name', 'Bob');
  await bob.untilText('tile-name', 'Ann');
  await bob.evaluate(() => window.miso.rename('Robert'));
  await ann.untilText('tile-name', 'Robert');
  await bob.write('@bot who am I?');
  await ann.openChat();
  await ann.untilText('chat-text', 'Robert said me: "who am I?"');
}
