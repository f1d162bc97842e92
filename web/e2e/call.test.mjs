/** Two people in a room, in each browser and across them. */
import { consumerOf, hears, meet, sees } from './harness/media.mjs';
import { byTestId } from './harness/person.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

for (const [first, second] of [
  ['chromium', 'chromium'],
  ['firefox', 'firefox'],
  ['chromium', 'firefox'],
]) {
  const pair = `${first} and ${second}`;

  async function call() {
    const room = stage.room('call');
    const ann = await stage.person(first, { room, name: 'Ann' });
    const bob = await stage.person(second, { room, name: 'Bob' });
    return [ann, bob];
  }

  stage.test(`${pair}: each sees and hears the other`, async () => {
    await meet(...(await call()));
  });

  stage.test(`${pair}: each is told who speaks`, async () => {
    const [ann, bob] = await call();
    for (const [speaker, listener] of [
      [ann, bob],
      [bob, ann],
    ]) {
      await listener.click('mic');
      await listener.until('is muted', ({ me }) => me.mic === 'muted');
      await listener.until('sees who speaks', (state) => state.activeSpeaker === speaker.id);
      const tile = `${byTestId('tile')}[data-peer-id="${speaker.id}"][data-speaking="true"]`;
      await until('the mark is shown', () => listener.page.$(tile));
      await listener.click('mic');
      await listener.until('is heard again', ({ me }) => me.mic === 'live');
    }
  });

  stage.test(`${pair}: chat both ways, and the bot answers`, async () => {
    const [ann, bob] = await call();
    await ann.write('Hello Bob');
    await bob.openChat();
    await bob.untilText('chat-text', 'Hello Bob');
    await bob.write('Grüße, 안녕 🎈');
    await ann.untilText('chat-text', 'Grüße, 안녕 🎈');
    await ann.write('@bot what time is it?');
    // The bot speaks to everybody.
    for (const person of [ann, bob]) {
      await person.untilText('chat-text', 'Ann said me: "what time is it?"');
    }
    const { chat } = await bob.state();
    const order = chat.messages.map(({ from, text }) => `${from} ${text}`);
    const expected = [`${ann.id} Hello Bob`, 'me Grüße, 안녕 🎈', /^bot /];
    await until('the order is kept', async () =>
      expected.every((want, at) =>
        typeof want === 'string' ? order[at] === want : want.test(order[at]),
      ),
    );
  });

  stage.test(`${pair}: names are shown, and changing one is seen`, async () => {
    const [ann, bob] = await call();
    await ann.untilText('tile-name', 'Bob');
    await bob.untilText('tile-name', 'Ann');
    await bob.evaluate(() => window.miso.rename('Robert'));
    await ann.untilText('tile-name', 'Robert');
    await bob.write('@bot who am I?');
    await ann.openChat();
    await ann.untilText('chat-text', 'Robert said me: "who am I?"');
  });

  stage.test(`${pair}: mute, camera off and on again`, async () => {
    const [ann, bob] = await call();
    await sees(ann, bob);
    await hears(ann, bob);
    await bob.click('mic');
    await ann.until(
      'knows that Bob is mute',
      (state) => consumerOf(state, bob.id, { kind: 'audio' })?.producerPaused,
    );
    const mark = `${byTestId('tile')}[data-peer-id="${bob.id}"] ${byTestId('tile-muted')}`;
    await until('the mark is shown', () => ann.page.$(mark));
    await bob.click('mic');
    await until('the mark is gone', async () => (await ann.page.$(mark)) === null);
    await hears(ann, bob);
    await bob.click('webcam');
    await ann.until('has no picture of Bob', (state) => !consumerOf(state, bob.id));
    await ann.untilText('tile-name', 'Bob');
    await bob.click('webcam');
    await sees(ann, bob);
  });
}
