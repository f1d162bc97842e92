/** Every video codec that a browser can send, several layers of one, and redundancy of sound. */
import assert from 'node:assert/strict';
import { consumerOf, hears, sees } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene();

for (const [kind, codecs] of [
  ['chromium', ['VP8', 'VP9', 'H264', 'AV1']],
  // H.264 is a plugin there, which is not part of the package.
  ['firefox', ['VP8', 'VP9', 'AV1']],
]) {
  for (const codec of codecs) {
    stage.test(`${kind}: ${codec} is seen when it is forced`, async () => {
      const room = stage.room(codec);
      const query = { [`force${codec}`]: 'true' };
      const ann = await stage.person(kind, { room, name: 'Ann', query });
      const bob = await stage.person(kind, { room, name: 'Bob', query: { produce: 'false' } });
      await sees(bob, ann);
      const consumer = consumerOf(await bob.state(), ann.id);
      assert.equal(consumer.codec, codec);
      assert.equal((await bob.stats()).consumers[consumer.id].codec, `video/${codec}`);
    });
  }
}

stage.test('chromium: of three simulcast layers one is seen', async () => {
  const room = stage.room('simulcast');
  const ann = await stage.person('chromium', { room, name: 'Ann', query: { forceVP8: 'true' } });
  const bob = await stage.person('firefox', { room, name: 'Bob', query: { produce: 'false' } });
  await sees(bob, ann);
  assert.equal(consumerOf(await bob.state(), ann.id).type, 'simulcast');
});

stage.test(
  'sound in RED is heard by who knows it and, without its copies, by who does not',
  async () => {
    const room = stage.room('red');
    const query = { webcam: 'false', audioRed: 'true' };
    const ann = await stage.person('chromium', { room, name: 'Ann', query });
    const viewers = ['chromium', 'firefox'].map((kind) =>
      stage.person(kind, { room, name: kind, query: { produce: 'false' } }),
    );
    const [bob, cid] = await Promise.all(viewers);
    await Promise.all([hears(bob, ann), hears(cid, ann)]);
    // Browsers name what is in RED, not RED itself, so its copies tell.
    const size = async (person) => {
      const consumer = consumerOf(await person.state(), ann.id, { kind: 'audio' });
      const { bytes, packets } = (await person.stats()).consumers[consumer.id];
      return bytes / packets;
    };
    const [withCopies, without] = [await size(bob), await size(cid)];
    assert.ok(withCopies > 1.5 * without, `${withCopies} and ${without} bytes in a packet`);
  },
);
