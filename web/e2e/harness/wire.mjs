/** The wire between browser and server, to be cut. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Wire {
  #pairs = new Set();
  #listener = createServer((near) => this.#join(near));
  #server;

  constructor(server) {
    this.#server = server;
  }

  static async to(server) {
    const wire = new Wire(server);
    wire.#listener.listen(0, '127.0.0.1');
    await once(wire.#listener, 'listening');
    return wire;
  }

  /** Where the app is found through this wire. */
  get origin() {
    return `https://127.0.0.1:${this.#listener.address().port}`;
  }

  /** Both sides learn at once that all connections have ended. */
  cut() {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** The browser learns it, the server does not. */
  cutUnnoticed() {
    for (const pair of this.#pairs) {
      pair.near.unpipe(pair.far);
      pair.far.unpipe(pair.near);
      pair.kept = true;
      pair.near.destroy();
      pair.far.resume();
    }
  }

  close() {
    this.#listener.close();
    this.cut();
  }

  #join(near) {
    const { hostname, port } = new URL(this.#server.origin);
    const far = connect(Number(port), hostname);
    const pair = { near, far, kept: false };
    this.#pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    // A reset is an end like any other.
    for (const side of [near, far]) side.on('error', () => undefined);
    near.on('close', () => pair.kept || far.destroy());
    far.on('close', () => {
      near.destroy();
      this.#pairs.delete(pair);
    });
  }
}
