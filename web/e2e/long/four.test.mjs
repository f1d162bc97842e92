/** Four people with browsers of one kind: everybody sees and hears the three others. */
import { meet } from '../harness/media.mjs';
import { scene } from '../harness/scene.mjs';

const stage = scene();
const NAMES = ['Ann', 'Bob', 'Cem', 'Dao'];

for (const kinds of [
  ['chromium', 'chromium', 'chromium', 'chromium'],
  ['firefox', 'firefox', 'firefox', 'firefox'],
]) {
  stage.test(`four of ${[...new Set(kinds)].join(' and ')} see and hear each other`, async () => {
    const room = stage.room('four');
    const people = [];
    for (const [index, kind] of kinds.entries()) {
      people.push(await stage.person(kind, { room, name: NAMES[index] }));
    }
    await meet(...people);
  });
}
