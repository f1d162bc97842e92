/**
 * Pictures of the running app, with a real server and real browsers: `npm run screenshot` writes
 * `docs/screenshot.png`; `npm run screenshot -- <folder>` puts that and other sizes and themes there.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { Browser } from './harness/browsers.mjs';
import { sees } from './harness/media.mjs';
import { byTestId, Person } from './harness/person.mjs';
import { Server } from './harness/server.mjs';
import { until } from './harness/until.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** As with a mouse, which a machine without a screen has not. */
const MOUSE =
  'primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4';

const ROOM = 'calm-otter-417';

const server = new Server();
await server.start();
const browser = await Browser.launch('chromium', { flags: [`--blink-settings=${MOUSE}`] });
try {
  await takeAll(process.argv[2]);
} finally {
  await browser.close();
  await server.stop();
}

async function takeAll(folder) {
  if (folder === undefined) {
    const docs = fileURLToPath(new URL('../../docs', import.meta.url));
    const { hoshi } = await call(DESKTOP);
    return shoot(hoshi, join(docs, 'screenshot.png'), 'light');
  }
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    const people = await call(viewport);
    await takeRoom(people, (name, theme) =>
      shoot(people.hoshi, join(folder, `${size}-${name}-${theme}.png`), theme),
    );
    for (const person of Object.values(people)) await person.close();
  }
}

async function takeRoom({ ada, hoshi }, take) {
  for (const theme of ['light', 'dark']) {
    await take('chat', theme);
    await hoshi.page.keyboard.press('Escape');
    await take('room', theme);
    await hoshi.openChat();
  }
  await hoshi.page.keyboard.press('Escape');
  await takeStats(hoshi, ada, take);
  await ada.click('share');
  await sees(hoshi, ada, { share: true });
  await take('share', 'dark');
  await hoshi.click('leave');
  await take('left', 'light');
  await hoshi.click('to-lobby');
  await hoshi.until('has a preview', ({ me }) => me.webcam === 'live');
  await take('lobby', 'light');
}

/** Statistics of oneself, and of somebody else. */
async function takeStats(hoshi, ada, take) {
  await hoshi.page.keyboard.press('i');
  await hoshi.page.waitForSelector(byTestId('stats-panel'));
  for (const [name, key] of [
    ['own-stats', 'me'],
    ['stats', ada.id],
  ]) {
    await hoshi.page.select(byTestId('stats-who'), key);
    await until('the curves have a past', () => hoshi.evaluate(hasPast), { within: 30_000 });
    for (const theme of ['light', 'dark']) await take(name, theme);
  }
  await hoshi.page.keyboard.press('Escape');
}

/** Runs in the page. */
function hasPast() {
  const points = document.querySelector('[data-testid="stats-panel"] polyline')?.points.length;
  return (points ?? 0) >= 12;
}

/** Three people who talk; the picture is of what Hoshi sees. */
async function call(viewport) {
  const ada = await enter('Ada Lovelace', { seed: 4, viewport: DESKTOP });
  const hoshi = await enter('Hoshi Tanaka', { seed: 12, viewport });
  const kenji = await enter('Kenji Watanabe', { seed: 10, viewport: DESKTOP });
  await talk(ada, hoshi, kenji);
  for (const other of [ada, kenji]) await sees(hoshi, other);
  await hoshi.evaluate(() => window.miso.mute(true));
  return { ada, hoshi, kenji };
}

function enter(name, { seed, viewport }) {
  const prepare = async ({ page }) => {
    await page.setViewport(viewport);
    await page.evaluateOnNewDocument(`${painter()}\n(${standBefore})(paintedTrack, ${seed});`);
  };
  return Person.open(browser, server, { room: ROOM, name, prepare });
}

/** The painter of the gallery, as a script. */
function painter() {
  const source = readFileSync(new URL('../dev/painted.ts', import.meta.url), 'utf8');
  const options = { compilerOptions: { target: ts.ScriptTarget.ES2022 } };
  return ts.transpileModule(source, options).outputText.replaceAll(/^export /gm, '');
}

/** Runs in the page: puts somebody painted before the camera; the microphone stays as it is. */
function standBefore(paint, seed) {
  const devices = navigator.mediaDevices;
  const capture = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await capture({ audio }) : new MediaStream();
    if (video) stream.addTrack(paint('somebody', seed));
    return stream;
  };
}

async function talk(ada, hoshi, kenji) {
  await hoshi.openChat();
  await say(ada, 'Good morning! Can everybody hear me?', hoshi);
  await say(kenji, 'Loud and clear.', hoshi);
  await say(hoshi, 'Me too. Shall we start with the plan for the week?', ada);
  await say(hoshi, '@bot are you awake?', null);
  await hoshi.untilText('chat-text', 'Hoshi Tanaka said me: "are you awake?"');
  await say(ada, 'Then let us begin.', hoshi);
}

async function say(person, text, reader) {
  await until('chat is open', async () => (await person.state()).chat.channel === 'open');
  await person.evaluate((message) => window.miso.sendChat(message), text);
  await reader?.until('has read it', ({ chat }) =>
    chat.messages.some((message) => message.text === text),
  );
}

async function shoot(person, path, theme) {
  const { page } = person;
  await page.bringToFront();
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await until('no message is in the way', async () => (await person.texts('toast')).length === 0);
  await until('the layout stands still', () => page.evaluate(standsStill));
  await page.screenshot({ path });
  console.warn(path);
}

/** Runs in the page; what has no test id, such as a level, may move. */
function standsStill() {
  return document
    .getAnimations()
    .every(({ playState, effect }) => playState !== 'running' || !effect.target?.dataset?.testid);
}
