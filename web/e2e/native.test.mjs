/** A native client without a browser, as the seed's: pictures and data over the plain HTTP API. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Command } from './harness/command.mjs';
import { consumerOf, sees } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';
import { until } from './harness/until.mjs';

const PYTHON =
  process.env.MISO_PYTHON ??
  fileURLToPath(new URL('../../target/python/native/bin/python', import.meta.url));
const CLIENT = fileURLToPath(new URL('../../tests/native/seed_client.py', import.meta.url));

const stage = scene({ serverArgs: ['--legacy-seed-api'] });

stage.test(
  'the seed’s native client shows its picture and exchanges data with a browser',
  async () => {
    const room = stage.room('native');
    const server = `http://${stage.server.ready.http}`;
    const native = new Command(PYTHON, [CLIENT, server, room, 'native']);
    const told = (what, of) =>
      until(
        `the native client tells: ${what}`,
        async () => {
          if (!native.runs) throw new Error(native.tail());
          const lines = native.output.filter((line) => line.startsWith('{')).map(JSON.parse);
          const found = lines.filter((line) => line.what === what && (!of || line.of === of));
          if (found.length > 0) return found.at(-1);
          throw new Error(native.tail());
        },
        { within: 30_000 },
      );

    assert.equal((await told('room')).protocol, 'protoo');
    const { id } = await told('sends');
    // What it says to itself comes back as it was, each byte of it.
    const echo = await told('binary', 'myself');
    assert.deepEqual(
      { length: echo.length, untouched: echo.untouched },
      { length: 1024, untouched: true },
    );

    const ann = await stage.person('chromium', { room, name: 'Ann' });
    await ann.until('is offered the picture', (state) => consumerOf(state, id));
    await sees(ann, { id, name: 'the native client' });
    await ann.openChat();
    native.write('Hello browser');
    await ann.untilText('chat-text', 'Hello browser');
    await until('the native client has found Ann', async () =>
      native.output.some((line) => line.includes('"to": "Ann"')),
    );
    await ann.write('Hello native, 안녕');
    assert.equal((await told('text', 'Ann')).text, 'Hello native, 안녕');

    assert.deepEqual(await native.finish(), { code: 0, signal: null });
    assert.match(native.output.join('\n'), /"what": "left"/);
    await ann.until('it has gone', ({ peers }) => peers.length === 0);
  },
);
