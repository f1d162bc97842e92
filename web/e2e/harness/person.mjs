/** A person in a browser window, who can do what the web app lets people do. */
import { bounded, until } from './until.mjs';

const ANSWER_MS = 15_000;
const CLOSE_MS = 5_000;

/** Told by a browser about things that the tests do on purpose. */
const EXPECTED = [/favicon/];

export class Person {
  /** What the page complained of: console errors, exceptions, violations of its policy. */
  complaints = [];
  #crashed = false;
  #tolerated = [...EXPECTED];

  /**
   * Opens the app; enters the room at once unless `join` is false. `query` holds further URL
   * parameters.
   */
  static async open(browser, server, { room, name, query = {}, join = true, prepare }) {
    const { context, page } = await bounded(browser.open(), ANSWER_MS, 'a window opens');
    const person = new Person(browser, context, page, name);
    await person.#watch();
    await prepare?.(person);
    const entry = join ? { displayName: name, autojoin: 'true' } : {};
    const search = new URLSearchParams({ roomId: room, ...entry, ...query });
    await person.#goto(`${server.origin}/?${search}`);
    if (join) await person.isConnected();
    return person;
  }

  constructor(browser, context, page, name) {
    this.browser = browser;
    this.context = context;
    this.page = page;
    this.name = name;
  }

  /** True when the page answers no more. */
  get ended() {
    return this.#crashed || this.browser.ended;
  }

  /** As if the page had been too much for the machine; only Chromium can do that on request. */
  async crash() {
    this.#crashed = true;
    const session = await this.page.createCDPSession();
    // Never answered: nobody is left to do so.
    session.send('Page.crash').catch(() => undefined);
  }

  /** Complaints that match are what the test wants to provoke. */
  tolerate(...patterns) {
    this.#tolerated.push(...patterns);
  }

  /** Complaints that nobody asked for. */
  async faults() {
    const violations = await this.evaluate(() => window.policyViolations ?? []).catch(() => []);
    const all = [...this.complaints, ...violations.map((text) => `policy violation: ${text}`)];
    return all.filter((text) => !this.#tolerated.some((pattern) => pattern.test(text)));
  }

  evaluate(task, ...args) {
    return bounded(this.page.evaluate(task, ...args), ANSWER_MS, `an answer of ${this.name}`);
  }

  /** What the app knows; see `web/src/debug/miso.ts`. */
  state() {
    return this.evaluate(() => window.miso.state());
  }

  stats() {
    return this.evaluate(() => window.miso.getStats());
  }

  /** Waits until the app's state fulfils `holds`; returns that state. */
  until(what, holds, options) {
    return until(
      `${this.name}: ${what}`,
      async () => {
        const state = await this.state();
        if (holds(state)) return state;
        throw new Error(`state ${JSON.stringify(state)}`);
      },
      options,
    );
  }

  async isConnected(options) {
    const state = await this.until('is connected', ({ phase }) => phase === 'connected', options);
    this.id = state.me.id;
    return state;
  }

  /** Clicks what a person would click. */
  async click(testId) {
    await this.page.bringToFront();
    const element = await this.page.waitForSelector(byTestId(testId), { timeout: ANSWER_MS });
    await bounded(element.click(), ANSWER_MS, `${this.name} clicks ${testId}`);
  }

  async type(testId, text) {
    await this.click(testId);
    await bounded(this.page.keyboard.type(text), ANSWER_MS, `${this.name} types`);
  }

  /** Text of all elements with this test id. */
  texts(testId) {
    return this.evaluate(
      (selector) => Array.from(document.querySelectorAll(selector), (node) => node.textContent),
      byTestId(testId),
    );
  }

  async untilText(testId, text, options) {
    await until(
      `${this.name} reads ${JSON.stringify(text)} in ${testId}`,
      async () => {
        const texts = await this.texts(testId);
        if (texts.some((found) => found.includes(text))) return true;
        throw new Error(`texts ${JSON.stringify(texts)}`);
      },
      options,
    );
  }

  async openChat() {
    const open = await this.page.$(byTestId('chat-panel'));
    if (open === null) await this.click('chat-toggle');
    await this.page.waitForSelector(`${byTestId('chat-input')}:enabled`, { timeout: ANSWER_MS });
  }

  /** Writes a chat message by keyboard. */
  async write(text) {
    await this.openChat();
    await this.type('chat-input', text);
    await bounded(this.page.keyboard.press('Enter'), ANSWER_MS, 'Enter');
  }

  async reload() {
    await bounded(this.page.reload({ waitUntil: 'load' }), ANSWER_MS, 'a reload');
    await this.isConnected();
  }

  async close() {
    if (!this.browser.ended) await bounded(this.context.close(), CLOSE_MS, 'a window closes');
  }

  async #goto(url) {
    await bounded(this.page.goto(url), ANSWER_MS, 'the app loads');
    await until('the app has started', () => this.evaluate(() => window.miso !== undefined));
  }

  async #watch() {
    const { page } = this;
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.message ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    await page.evaluateOnNewDocument(() => {
      window.policyViolations = [];
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        window.policyViolations.push(`${violatedDirective} ${blockedURI}`),
      );
    });
  }
}

export function byTestId(id) {
  return `[data-testid="${id}"]`;
}
