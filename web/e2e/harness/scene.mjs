/** What every test file needs: a server, browsers as they are wanted, and a clean end. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './browsers.mjs';
import { Person } from './person.mjs';
import { Server } from './server.mjs';
import { bounded, until } from './until.mjs';

const TEST_MS = 90_000;
const CLOSE_MS = 20_000;

/**
 * Declares a scene for the file that calls it; it opens before the file's first test and closes
 * after the last.
 */
export function scene({ serverArgs = [] } = {}) {
  const made = new Scene(serverArgs);
  before(() => made.server.start(), { timeout: TEST_MS });
  after(() => made.close(), { timeout: TEST_MS });
  return made;
}

class Scene {
  #browsers = new Map();
  /** Those of the running test alone. */
  #own = [];
  #people = [];
  #rooms = 0;

  constructor(serverArgs) {
    this.server = new Server(serverArgs);
  }

  /** A browser that the tests of the file share. */
  browser(kind, options = {}) {
    const name = `${kind} ${JSON.stringify(options)}`;
    const known = this.#browsers.get(name);
    if (known !== undefined) return known;
    const launched = Browser.launch(kind, options);
    this.#browsers.set(name, launched);
    return launched;
  }

  /** A browser that only the running test uses, and may kill. */
  async ownBrowser(kind, options) {
    const browser = await Browser.launch(kind, options);
    this.#own.push(browser);
    return browser;
  }

  /** A room that no other test uses. */
  room(prefix = 'room') {
    return `${prefix}-${process.pid}-${++this.#rooms}`;
  }

  /** Opens the app as somebody; `via` a wire rather than directly. */
  async person(browser, { via = this.server, ...options }) {
    const chosen = typeof browser === 'string' ? await this.browser(browser) : await browser;
    const person = await Person.open(chosen, via, options);
    this.#people.push(person);
    return person;
  }

  /**
   * People who stay together for all tests of the suite that calls it. Returns what gives them; the
   * first who asks opens their windows.
   */
  company(open) {
    let people = null;
    after(() => this.dismiss());
    return () => (people ??= open());
  }

  /** A test with a deadline, after which nobody has complained and nobody but a company stays. */
  test(name, body, { stay = false } = {}) {
    test(name, { timeout: TEST_MS }, async (context) => {
      const logged = this.server.log.length;
      try {
        await body(context);
        await this.#expectNoFaults();
      } catch (error) {
        await this.#explain(context, logged);
        throw error;
      } finally {
        if (!stay) await this.dismiss();
      }
    });
  }

  /** Closes every window. */
  async dismiss() {
    await Promise.all(this.#own.splice(0).map((browser) => browser.close()));
    const people = this.#people.splice(0);
    await Promise.all(people.map((person) => person.close().catch(() => undefined)));
  }

  async close() {
    const browsers = await Promise.allSettled(this.#browsers.values());
    const open = browsers.flatMap(({ value }) => (value === undefined ? [] : [value]));
    await bounded(Promise.all(open.map((browser) => browser.close())), CLOSE_MS, 'all closes');
    try {
      await this.#expectNothingLeft();
    } finally {
      await this.server.stop();
    }
    assert.deepEqual(this.server.faults(), [], 'faults in the log of the server');
  }

  /** Everybody has gone: the server holds no room, transport or consumer of theirs. */
  async #expectNothingLeft() {
    await until('the server holds nothing', async () => {
      const { gauges, values } = await this.server.metrics();
      assert.ok(gauges.length > 0, 'the server has metrics');
      const watched = new RegExp(
        `^(${gauges.join('|')}|miso_(rooms_failed|worker_panics)_total)(\\{|$)`,
      );
      const left = [...values].filter(([series, value]) => watched.test(series) && value > 0);
      assert.deepEqual(left, []);
      return true;
    });
  }

  async #expectNoFaults() {
    assert.deepEqual(this.server.faults(), [], 'faults in the log of the server');
    for (const person of this.#people.filter(({ ended }) => !ended)) {
      assert.deepEqual(await person.faults(), [], `complaints of ${person.name}'s browser`);
    }
  }

  async #explain(context, logged) {
    const log = this.server.log.slice(logged).slice(-60).join('\n');
    context.diagnostic(`server log:\n${log}`);
    for (const { name, complaints } of this.#people) {
      if (complaints.length > 0) context.diagnostic(`${name}: ${complaints.join('\n')}`);
    }
  }
}
