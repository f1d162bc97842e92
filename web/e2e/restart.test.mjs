/** A server that dies and comes back. */
import { meet } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene({ serverArgs: ['--workers', '1'] });

/** Retries come after 1, 2, 4 and 8 seconds. */
const BACK_MS = 25_000;

for (const kinds of [
  ['chromium', 'chromium'],
  ['firefox', 'chromium'],
]) {
  stage.test(`${kinds.join(' and ')}: who loses the server comes back with media`, async () => {
    const room = stage.room('restart');
    const people = [];
    for (const [index, name] of ['Ann', 'Bob'].entries()) {
      people.push(await stage.person(kinds[index], { room, name }));
    }
    await meet(...people);
    await stage.server.kill();
    for (const person of people) {
      // Browsers report the lost connection themselves.
      person.tolerate(/WebSocket|wss:/);
      await person.until('reconnects', ({ phase }) => phase === 'reconnecting');
      await person.untilText('reconnecting', '');
    }
    await stage.server.start();
    for (const person of people) await person.isConnected({ within: BACK_MS });
    await meet(...people);
  });
}
