// Takes pictures of the gallery's scenes: `npm run shots -- <folder>`.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { createServer } from 'vite';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const WIDE = { width: 844, height: 390, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const SHOTS = [
  ['lobby-light', 'scene=lobby&theme=light', DESKTOP],
  ['lobby-dark', 'scene=lobby&theme=dark', DESKTOP],
  ['lobby-phone', 'scene=lobby&theme=light', PHONE],
  ['lobby-denied-dark', 'scene=lobby&theme=dark&problem=1&cam=0', DESKTOP],
  ['alone-light', 'peers=0&theme=light', DESKTOP],
  ['two-dark', 'peers=1&theme=dark', DESKTOP],
  ['four-light', 'peers=3&theme=light&toast=1', DESKTOP],
  ['six-chat-light', 'peers=5&theme=light&panel=chat', DESKTOP],
  ['nine-chat-dark', 'peers=8&theme=dark&panel=chat', DESKTOP],
  ['share-dark', 'peers=6&theme=dark&share=1', DESKTOP],
  ['share-light-people', 'peers=4&theme=light&share=1&panel=people', DESKTOP],
  ['fifty-light', 'peers=49&theme=light', DESKTOP],
  ['reconnecting-light', 'peers=2&theme=light&scene=reconnecting', DESKTOP],
  ['blocked-dark', 'peers=2&theme=dark&scene=blocked', DESKTOP],
  ['closed-light', 'scene=closed&theme=light', DESKTOP],
  ['settings-light', 'peers=2&theme=light&dialog=settings', DESKTOP],
  ['stats-dark', 'peers=2&theme=dark&dialog=stats', DESKTOP],
  ['phone-two-light', 'peers=1&theme=light', PHONE],
  ['phone-four-dark', 'peers=3&theme=dark', PHONE],
  ['phone-twelve-light', 'peers=11&theme=light', PHONE],
  ['phone-share-dark', 'peers=4&theme=dark&share=1', PHONE],
  ['phone-chat-light', 'peers=2&theme=light&panel=chat', PHONE],
  ['phone-fifty-dark', 'peers=49&theme=dark', PHONE],
  ['phone-wide-light', 'peers=3&theme=light', WIDE],
];

const [folder = 'shots', only = ''] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), 'miso-shots-'));
const server = await createServer({ server: { port: 0 }, logLevel: 'error' });
await server.listen();
const { port } = server.httpServer.address();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  userDataDir: profile,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ],
});
try {
  await mkdir(folder, { recursive: true });
  for (const [name, query, viewport] of SHOTS.filter(([shot]) => shot.includes(only))) {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(name, String(error)));
    page.on('console', (line) => line.type() === 'error' && console.error(name, line.text()));
    await page.setViewport(viewport);
    await page.goto(`http://127.0.0.1:${port}/dev/gallery.html?${query}`);
    await page.waitForSelector('#app > *');
    await new Promise((done) => setTimeout(done, 900));
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}
