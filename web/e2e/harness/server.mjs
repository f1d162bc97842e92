/** The server under test: the real program, on ports that the system chooses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killAtEnd, signalGroup, temporaryFolder } from './resources.mjs';
import { bounded } from './until.mjs';

export const PROGRAM =
  process.env.MISO_BIN ?? fileURLToPath(new URL('../../../target/debug/miso', import.meta.url));

const START_MS = 20_000;
const STOP_MS = 10_000;

/** The system chooses the port. */
const ANY = '127.0.0.1:0';

/** The shortest that RFC 7675 leaves room for. */
export const CONSENT_TIMEOUT_MS = 10_000;

/** What must never stand in a log, whatever clients do. */
const FAULT = /panicked at|\bERROR\b/;

export class Server {
  log = [];
  /** What the program said when it was ready. */
  ready = null;
  #dataFolder = temporaryFolder('server');
  #args;
  #child = null;

  constructor(args = []) {
    this.#args = args;
  }

  async start() {
    const { https, media } = this.ready ?? { https: ANY, media: [ANY] };
    const child = spawn(PROGRAM, this.#arguments(https, new URL(`tcp://${media[0]}`).port), {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    killAtEnd(child);
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the server ended with ${code ?? signal}\n${this.tail()}`);
    });
    const failed = once(child, 'error').then(([error]) => Promise.reject(error));
    // Afterwards it may end as it likes.
    for (const promise of [ended, failed]) promise.catch(() => undefined);
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
    this.ready = await bounded(
      Promise.race([this.#readiness(child.stdout), ended, failed]),
      START_MS,
      'the server is ready',
    );
  }

  get origin() {
    return `https://${this.ready.https}`;
  }

  /** As if the machine had lost power. */
  async kill() {
    const exit = once(this.#child, 'exit');
    signalGroup(this.#child, 'SIGKILL');
    await bounded(exit, STOP_MS, 'the server is killed');
  }

  /** Asks it to end; throws when it does not end well. */
  async stop() {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    try {
      const [code, signal] = await bounded(exit, STOP_MS, 'the server stops');
      if (code !== 0) throw new Error(`the server ended with ${code ?? signal}\n${this.tail()}`);
    } finally {
      signalGroup(child, 'SIGKILL');
    }
  }

  /** What the server says of itself: value by name and labels, and the names of what it holds. */
  async metrics() {
    const response = await fetch(`http://${this.ready.http}/metrics`);
    const lines = (await response.text()).split('\n');
    const gauges = lines.flatMap((line) => /^# TYPE (\S+) gauge$/.exec(line)?.[1] ?? []);
    const values = new Map();
    for (const line of lines) {
      const [, series, value] = /^([^#\s]\S*) (\S+)$/.exec(line) ?? [];
      if (series !== undefined) values.set(series, Number(value));
    }
    return { gauges, values };
  }

  /** Lines of the log that tell of a fault. */
  faults() {
    return this.log.filter((line) => FAULT.test(line));
  }

  tail(lines = 40) {
    return this.log.slice(-lines).join('\n');
  }

  #arguments(https, mediaPort) {
    return [
      'serve',
      ...['--https-listen', https],
      ...['--http-listen', ANY],
      ...['--media-ip', '127.0.0.1', '--media-port', mediaPort],
      ...['--data-dir', this.#dataFolder],
      ...['--consent-timeout', String(CONSENT_TIMEOUT_MS / 1000)],
      '--ready-json',
      ...this.#args,
    ];
  }

  async #readiness(output) {
    const lines = createInterface({ input: output });
    const ready = await new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith('{')) resolve(JSON.parse(line));
        else this.log.push(line);
      });
    });
    return ready;
  }
}
