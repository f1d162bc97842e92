/** Every video codec that a browser can send, and several layers of one. */
import assert from 'node:assert/strict';
import { consumerOf, sees } from './harness/media.mjs';
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
