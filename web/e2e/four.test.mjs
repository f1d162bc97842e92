/** Four people: everybody sees and hears the three others. Four of one kind are in `long/four.test.mjs`. */
import { meet } from './harness/media.mjs';
import { scene } from './harness/scene.mjs';

const stage = scene();
const NAMES = ['Ann', 'Bob', 'Cem', 'Dao'];

stage.test('four of chromium and firefox see and hear each other', async () => {
  const room = stage.room('four');
  const people = [];
  for (const [index, kind] of ['chromium', 'firefox', 'chromium', 'firefox'].entries()) {
    // Twelve pictures are decoded at a time; more frames would show nothing more.
    const browser = stage.browser(kind, { fps: 10 });
    people.push(await stage.person(browser, { room, name: NAMES[index] }));
  }
  await meet(...people);
});
