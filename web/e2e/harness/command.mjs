/** Programs that the tests start beside the browsers: pushers, scripts of the documentation, media tools. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { killAtEnd, signalGroup } from './resources.mjs';
import { bounded } from './until.mjs';

const END_MS = 15_000;

export class Command {
  /** Lines of both outputs. */
  output = [];
  #child;
  #ended;

  constructor(program, args, { env = {} } = {}) {
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    killAtEnd(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.output.push(line));
    this.#ended = Promise.race([
      once(this.#child, 'exit').then(([code, signal]) => ({ code, signal })),
      once(this.#child, 'error').then(([error]) => Promise.reject(error)),
    ]);
    this.#ended.catch(() => undefined);
  }

  /** True while it runs. */
  get runs() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it ends by itself. */
  ended(within = END_MS) {
    return bounded(this.#ended, within, `${this.#child.spawnfile} ends\n${this.tail()}`);
  }

  /** Types a line into it. */
  write(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Tells it that nothing more will be typed. */
  finish() {
    this.#child.stdin.end();
    return this.ended();
  }

  /** As when somebody presses Ctrl-C in its terminal: all that it started gets the signal, too. */
  async interrupt() {
    signalGroup(this.#child, 'SIGINT');
    return this.ended();
  }

  tail(lines = 30) {
    return this.output.slice(-lines).join('\n');
  }
}
