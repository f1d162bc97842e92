/** Debian's Chromium and Firefox, each with devices that need no hardware. */
import puppeteer from 'puppeteer-core';
import { killAtEnd, signalGroup, temporaryFolder } from './resources.mjs';
import { bounded } from './until.mjs';

const START_MS = 30_000;
const CLOSE_MS = 10_000;

const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // The server listens on the loopback interface only.
  '--allow-loopback-in-peer-connection',
];

const FAKE_DEVICES = '--use-fake-device-for-media-stream=fps=';
const FAKE_CONSENT = '--use-fake-ui-for-media-stream';

const FIREFOX_PREFS = {
  'network.proxy.type': 0,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

const ALLOW = 1;
const DENY = 2;

/**
 * How a browser has devices and whether the person allows their use; `fps` is of Chromium's camera, to be
 * lowered where many encode at a time and no test needs more.
 */
const DEFAULTS = {
  ...{ devices: true, consent: true, fps: 20 },
  ...{ videoFile: null, display: null, flags: [] },
};

export class Browser {
  /** True once it was killed, frozen or closed: it answers no more. */
  ended = false;

  /** `kind` is `chromium` or `firefox`. */
  static async launch(kind, options = {}) {
    const wanted = { ...DEFAULTS, ...options };
    const settings = kind === 'firefox' ? firefox(wanted) : chromium(wanted);
    const launched = puppeteer.launch({
      acceptInsecureCerts: true,
      headless: wanted.display === null,
      userDataDir: temporaryFolder(kind),
      timeout: START_MS,
      protocolTimeout: START_MS,
      ...settings,
    });
    return new Browser(kind, await bounded(launched, 2 * START_MS, `${kind} starts`));
  }

  constructor(kind, browser) {
    this.kind = kind;
    this.browser = browser;
    killAtEnd(browser.process());
  }

  /** A page that shares nothing with others: a window and a profile of its own. */
  async open() {
    const context = await this.browser.createBrowserContext();
    const page = await context.newPage({ type: 'window' });
    return { context, page };
  }

  /** As if the machine had lost power. */
  kill() {
    this.ended = true;
    signalGroup(this.browser.process(), 'SIGKILL');
  }

  /** As if the cable had been pulled: connections stay open, nothing comes any more. */
  freeze() {
    this.ended = true;
    signalGroup(this.browser.process(), 'SIGSTOP');
  }

  async close() {
    const wasEnded = this.ended;
    this.ended = true;
    try {
      if (!wasEnded) await bounded(this.browser.close(), CLOSE_MS, `${this.kind} closes`);
    } finally {
      this.kill();
    }
  }
}

function chromium({ devices, consent, fps, videoFile, flags }) {
  const args = [...CHROMIUM_FLAGS, ...flags];
  if (devices) args.push(`${FAKE_DEVICES}${fps}`);
  if (consent) args.push(FAKE_CONSENT);
  if (videoFile !== null) args.push(`--use-file-for-fake-video-capture=${videoFile}`);
  if (!consent) args.push('--deny-permission-prompts');
  // It ends by itself when the pipe breaks.
  return { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, pipe: true };
}

function firefox({ devices, consent, display }) {
  return {
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    env: display === null ? process.env : { ...process.env, DISPLAY: display },
    extraPrefsFirefox: {
      ...FIREFOX_PREFS,
      'media.navigator.streams.fake': devices,
      'media.navigator.permission.disabled': consent,
      'permissions.default.camera': consent ? ALLOW : DENY,
      'permissions.default.microphone': ALLOW,
    },
  };
}
