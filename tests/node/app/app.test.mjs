// A mediasoup application that knows nothing of miso, with `miso-worker` as its worker and browsers as its users.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Browser } from '../../../web/e2e/harness/browsers.mjs';
import { killAtEnd } from '../../../web/e2e/harness/resources.mjs';
import { bounded, until } from '../../../web/e2e/harness/until.mjs';
import { flows, hears, pictureMoves } from './page-media.mjs';

const START_MS = 20_000;
const PATIENCE = { within: 20_000 };

/** Chromium and the application's server, started once. */
const stage = start();

after(async () => {
  const { browser, server } = await stage;
  await browser.close();
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
});

async function start() {
  const server = spawn(process.execPath, [fileURLToPath(new URL('./server.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  killAtEnd(server);
  const complaints = [];
  createInterface({ input: server.stderr }).on('line', line => complaints.push(line));
  const address = new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', line => resolve(/http:\/\/\S+?(?=\/)/.exec(line)?.[0]));
    server.once('exit', code => reject(new Error(`the server ended with ${code}\n${complaints.join('\n')}`)));
  });
  const browser = await Browser.launch('chromium');
  return { browser, server, complaints, origin: await bounded(address, START_MS, 'the server starts') };
}

/** A page in a room. */
async function enter(t, room, name, query = '') {
  const { browser, origin } = await stage;
  const { context, page } = await browser.open();
  t.after(() => context.close());
  const errors = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${origin}/?room=${room}&name=${name}${query}`);
  const evaluate = (task, ...args) => page.evaluate(task, ...args);
  await until(`${name} has joined`, async () => {
    const state = await evaluate(() => window.room.state);
    if (state === 'joined') return true;
    throw new Error(`${state}; ${errors.join('; ')}`);
  }, PATIENCE);
  return { name, page, evaluate, errors };
}

/** What a page knows of the consumer of another's media. */
function consumer(viewer, other, kind) {
  return viewer.evaluate(
    (name, wanted) => {
      const all = [...window.room.consumers.values()];
      const found = all.find(it => it.name === name && it.kind === wanted);
      if (found === undefined) return null;
      const { type, producerPaused, layers } = found;
      return { id: found.consumer.id, type, producerPaused, layers };
    },
    other.name,
    kind,
  );
}

/** Waits until the viewer has the other's media, and all of it moves; the video's consumer. */
async function seesAndHears(viewer, other) {
  const video = await until(`${viewer.name} gets video`, () => consumer(viewer, other, 'video'), PATIENCE);
  const audio = await until(`${viewer.name} gets audio`, () => consumer(viewer, other, 'audio'), PATIENCE);
  await pictureMoves(viewer, video.id);
  await hears(viewer, audio.id);
  return video;
}

/** Two pages in a room that see and hear each other. */
async function pair(t, room, query) {
  const ann = await enter(t, room, 'Ann', query);
  const bob = await enter(t, room, 'Bob', query);
  const [bobsVideo, annsVideo] = [await seesAndHears(ann, bob), await seesAndHears(bob, ann)];
  return { ann, bob, bobsVideo, annsVideo };
}

async function assertNoComplaints(...people) {
  for (const { name, errors } of people) assert.deepEqual(errors, [], name);
  assert.deepEqual((await stage).complaints, []);
}

test('two pages see, hear and write to each other, pause, restart ICE and leave', { timeout: 120_000 }, async t => {
  const { ann, bob, annsVideo } = await pair(t, 'vp8', '');
  assert.equal(annsVideo.type, 'simulcast');

  await t.test('messages go both ways', async () => {
    for (const [from, to] of [[ann, bob], [bob, ann]]) {
      const text = `Hello, this is ${from.name}`;
      await until(`${to.name} reads`, async () => {
        await from.evaluate(message => window.room.data.send(message), text);
        return to.evaluate((name, message) => window.room.messages.some(([who, it]) => who === name && it === message), from.name, text);
      });
    }
  });

  await t.test('the server measures how loud they are', () =>
    until('volumes of both', async () => {
      const volumes = await ann.evaluate(() => window.room.volumes);
      return volumes.Ann > -70 && volumes.Bob > -70;
    }, PATIENCE),
  );

  await t.test('all three layers are sent, and the preferred one is shown', async () => {
    const width = () => bob.evaluate(id => document.getElementById(id).videoWidth, annsVideo.id);
    const prefer = spatialLayer =>
      bob.evaluate((id, layers) => window.room.signalling.request('setPreferredLayers', { id, layers }), annsVideo.id, { spatialLayer });
    const sent = await until('three streams arrive at the server', async () => {
      const stats = await ann.evaluate(() => window.room.signalling.request('stats'));
      const streams = Object.values(stats).flat().filter(it => it.kind === 'video' && it.bitrate > 0);
      if (streams.length === 3) return streams;
      throw new Error(JSON.stringify(streams));
    }, PATIENCE);
    assert.deepEqual(sent.map(it => it.rid).sort(), ['r0', 'r1', 'r2']);
    /** How wide the pictures of each stream are that Ann's browser encodes. */
    const encoded = () =>
      ann.evaluate(async () => {
        const stats = [...(await window.room.producers.video.getStats()).values()];
        const streams = stats.filter(it => it.type === 'outbound-rtp');
        return Object.fromEntries(streams.map(it => [it.rid, it.frameWidth]));
      });
    for (const spatialLayer of [0, 2, 1]) {
      await prefer(spatialLayer);
      await until(`layer ${spatialLayer} is current`, async () => {
        const { layers } = await consumer(bob, ann, 'video');
        return layers?.spatialLayer === spatialLayer;
      }, PATIENCE);
      await until(`layer ${spatialLayer} is shown`, async () => {
        const [seen, widths] = [await width(), await encoded()];
        if (seen === widths[`r${spatialLayer}`]) return true;
        throw new Error(`${seen} of ${JSON.stringify(widths)}`);
      }, PATIENCE);
      await flows(bob, annsVideo.id);
    }
  });

  await t.test('what is paused stops, and goes on when it is resumed', async () => {
    await ann.evaluate(() => window.room.pause('video', true));
    await until('Bob is told', async () => (await consumer(bob, ann, 'video')).producerPaused);
    await ann.evaluate(() => window.room.pause('video', false));
    await until('Bob is told', async () => !(await consumer(bob, ann, 'video')).producerPaused);
    await pictureMoves(bob, annsVideo.id);
    const change = method => bob.evaluate((name, id) => window.room.signalling.request(name, { id }), method, annsVideo.id);
    await change('pauseConsumer');
    await flows(bob, annsVideo.id, { isFlowing: false });
    await change('resumeConsumer');
    await pictureMoves(bob, annsVideo.id);
  });

  await t.test('media goes on after ICE was restarted', async () => {
    const credentials = () =>
      bob.evaluate(async () => {
        const names = [];
        for (const transport of [window.room.send, window.room.recv]) {
          for (const entry of (await transport.getStats()).values())
            if (entry.type === 'transport') names.push(entry.iceLocalUsernameFragment);
        }
        return names;
      });
    const before = await credentials();
    await bob.evaluate(() => window.room.restartIce());
    const now = await until('new credentials are in use', async () => {
      const names = await credentials();
      return names.length === 2 && names.every(it => !before.includes(it)) && names;
    }, PATIENCE);
    assert.equal(now.length, 2);
    await flows(bob, annsVideo.id);
    await seesAndHears(ann, bob);
    const states = await bob.evaluate(() => [window.room.send, window.room.recv].map(it => it.connectionState));
    assert.deepEqual(states, ['connected', 'connected']);
  });

  await t.test('who leaves is gone for the other', async () => {
    await bob.page.close();
    await until('nothing of Bob is left', async () => {
      const left = await ann.evaluate(() => [...window.room.consumers.values()].filter(it => it.name === 'Bob').length);
      return left === 0;
    });
    assert.equal(await ann.evaluate(() => document.querySelectorAll('video, audio').length), 0);
  });
  await assertNoComplaints(ann, bob);
});

for (const [codec, type] of [['VP9', 'svc'], ['H264', 'simple']]) {
  test(`two pages see and hear each other with ${codec}`, { timeout: 60_000 }, async t => {
    const { ann, bob, annsVideo } = await pair(t, codec, `&codec=${codec}`);
    assert.equal(annsVideo.type, type);
    await assertNoComplaints(ann, bob);
  });
}
