/** What runs under the media: TCP where UDP is not wanted, good ciphers, enough bitrate. */
import assert from 'node:assert/strict';
import { meet, sees } from './harness/media.mjs';
import { noiseFilm } from './harness/noise.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const stage = scene();

const KINDS = ['chromium', 'firefox'];

/** As the statistics of browsers write them. */
const DTLS_VERSIONS = { FEFD: '1.2', FEFC: '1.3' };

for (const kind of KINDS) {
  stage.test(`${kind}: media goes over TCP alone when asked to`, async () => {
    const room = stage.room('tcp');
    const query = { forceTcp: 'true' };
    const ann = await stage.person(kind, { room, name: 'Ann', query });
    const bob = await stage.person(kind, { room, name: 'Bob', query });
    await meet(ann, bob);
    for (const person of [ann, bob]) {
      const { send, recv } = await person.stats();
      assert.deepEqual([send.protocol, recv.protocol], ['tcp', 'tcp'], person.name);
    }
    await ann.write('over TCP, too');
    await bob.openChat();
    await bob.untilText('chat-text', 'over TCP, too');
  });

  stage.test(`${kind}: media is sealed with an AEAD cipher, over UDP`, async (context) => {
    const room = stage.room('cipher');
    const ann = await stage.person(kind, { room, name: 'Ann' });
    const bob = await stage.person(kind, { room, name: 'Bob' });
    await meet(ann, bob);
    await until('bitrates are known', async () => {
      const { send, recv } = await ann.stats();
      return send.sendBitrate > 0 && recv.recvBitrate > 0;
    });
    for (const path of Object.values(pathsOf(await ann.stats()))) {
      assert.match(String(path.srtpCipher), /AEAD_AES_(128|256)_GCM/);
      assert.ok(path.tlsVersion in DTLS_VERSIONS, `DTLS version ${path.tlsVersion}`);
      assert.equal(path.protocol, 'udp');
      context.diagnostic(`${kind}: ${path.srtpCipher}, DTLS ${DTLS_VERSIONS[path.tlsVersion]}`);
    }
  });
}

stage.test('chromium: the sending rate rises above 1 Mbit/s', async (context) => {
  const room = stage.room('rate');
  // The start bitrate of the app is 1 Mbit/s; what is more was allowed by the server's feedback.
  const browser = await stage.ownBrowser('chromium', { videoFile: noiseFilm() });
  const ann = await stage.person(browser, { room, name: 'Ann' });
  const bob = await stage.person('chromium', { room, name: 'Bob', query: { produce: 'false' } });
  await sees(bob, ann);
  const rate = await until(
    'more than 1.3 Mbit/s are sent',
    async () => {
      const { send } = await ann.stats();
      const { sendBitrate, availableSendBitrate } = send;
      if (sendBitrate > 1_300_000 && availableSendBitrate > 1_500_000) return sendBitrate;
      throw new Error(JSON.stringify({ sendBitrate, availableSendBitrate }));
    },
    { within: 20_000, every: 1_000 },
  );
  context.diagnostic(`${Math.round(rate / 1000)} kbit/s`);
});

function pathsOf({ send, recv }) {
  return { send, recv };
}
