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
import { Person } from './harness/person.mjs';
import { Server } from './harness/server.mjs';
import { until } from './harness/until.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const CAST = [
  { name: 'Ada Lovelace', seed: 4 },
  { name: 'Hoshi Tanaka', seed: 12 },
  { name: 'Kenji Watanabe', seed: 10 },
];

const ROOM = 'calm-otter-417';

const server = new Server();
await server.start();
const browser = await Browser.launch('chromium');
try {
  await takeAll(process.argv[2]);
} finally {
  await browser.close();
  await server.stop();
}

async function takeAll(folder) {
  const people = [];
  for (const { name, seed } of CAST) people.push(await enter(name, seed));
  const [ada, hoshi, kenji] = people;
  await talk(ada, hoshi, kenji);
  for (const other of [ada, kenji]) await sees(hoshi, other);
  await hoshi.click('mic');
  if (folder === undefined) {
    const docs = fileURLToPath(new URL('../../docs', import.meta.url));
    await shoot(hoshi, join(docs, 'screenshot.png'), { viewport: DESKTOP, theme: 'light' });
    return;
  }
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ]) {
    for (const theme of ['light', 'dark']) {
      await shoot(hoshi, join(folder, `${size}-${theme}-chat.png`), { viewport, theme });
      await toggleChat(hoshi);
      await shoot(hoshi, join(folder, `${size}-${theme}.png`), { viewport, theme });
      await toggleChat(hoshi);
    }
  }
  await hoshi.page.setViewport(DESKTOP);
  await ada.click('share');
  await sees(hoshi, ada, { share: true });
  await shoot(hoshi, join(folder, 'desktop-share.png'), { viewport: DESKTOP, theme: 'dark' });
  await hoshi.click('leave');
  await shoot(hoshi, join(folder, 'left.png'), { viewport: DESKTOP, theme: 'light' });
  await hoshi.click('to-lobby');
  await shoot(hoshi, join(folder, 'lobby.png'), { viewport: DESKTOP, theme: 'light' });
}

function enter(name, seed) {
  const prepare = async ({ page }) => {
    await page.setViewport(DESKTOP);
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

async function toggleChat(person) {
  const open = (await person.page.$('[data-testid="chat-panel"]')) !== null;
  if (open) await person.page.keyboard.press('Escape');
  else await person.click('chat-toggle');
}

async function shoot(person, path, { viewport, theme }) {
  const { page } = person;
  await page.bringToFront();
  await page.setViewport(viewport);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await until('no message is in the way', async () => (await person.texts('toast')).length === 0);
  // Animations of the layout.
  await until('all stands still', () =>
    page.evaluate(() => document.getAnimations().every(({ playState }) => playState !== 'running')),
  );
  await page.screenshot({ path });
  console.warn(path);
}
