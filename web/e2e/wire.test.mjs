/** A connection that breaks while the server lives on: one comes back as the same person. */
import assert from 'node:assert/strict';
import { meet } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';
import { Wire } from './harness/wire.mjs';

const stage = scene();

for (const kind of ['chromium', 'firefox']) {
  for (const [how, cut] of [
    ['noticed by both sides', (wire) => wire.cut()],
    ['unnoticed by the server', (wire) => wire.cutUnnoticed()],
  ]) {
    stage.test(`${kind}: a break ${how} is healed, alone and in company`, async () => {
      const room = stage.room('break');
      const wire = await Wire.to(stage.server);
      try {
        const ann = await stage.person(kind, { room, name: 'Ann', via: wire });
        const { id } = ann;
        await breakOnce(ann, wire, cut);
        await ann.write('@bot still there?');
        await ann.untilText('chat-text', 'Ann said me: "still there?"');
        const bob = await stage.person('chromium', { room, name: 'Bob' });
        await meet(ann, bob);
        await breakOnce(ann, wire, cut);
        await bob.until('sees Ann once', ({ peers }) => peers.length === 1);
        await meet(ann, bob);
        assert.equal(ann.id, id);
      } finally {
        wire.close();
      }
    });
  }
}

async function breakOnce(person, wire, cut) {
  // Browsers report the lost connection themselves.
  person.tolerate(/WebSocket|wss:/);
  const sending = ({ phase, producers }) => phase === 'connected' && 'mic' in producers;
  const { producers } = await person.until('sends', sending);
  cut(wire);
  await person.until(
    'sends again, after a new start',
    (state) => sending(state) && state.producers.mic !== producers.mic,
  );
}
