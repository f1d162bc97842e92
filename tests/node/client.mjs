// A WebRTC client on another stack than the worker's: miso's client library, as the program `stdio`, which is asked by
// lines of JSON. It asks back for what a page would ask its server for.

import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const program =
  process.env.MISO_CLIENT_BIN ?? join(dirname(process.env.MEDIASOUP_WORKER_BIN), 'examples', 'stdio');

/** Emits `message` for each message of a data consumer. */
export class Client extends EventEmitter {
  #child;
  #isOver = false;
  #router;
  #transports = {};
  #last = 0;
  #waiting = new Map();
  /** What it made, by id. */
  producers = new Map();
  dataProducers = new Map();

  /** A client of a router that ends with the test. */
  static async start(t, router) {
    const client = new Client(router);
    t.after(() => client.#end());
    client.rtpCapabilities = await client.ask('load', router.rtpCapabilities);
    return client;
  }

  constructor(router) {
    super();
    this.#router = router;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#child.stdout });
    // What it was about to say when it was ended may be half a line.
    lines.on('line', line => this.#isOver || this.#take(JSON.parse(line)));
    this.#child.once('error', error => this.#fail(error));
    this.#child.once('exit', code => this.#fail(new Error(`the client ended with ${code}`)));
  }

  /** Asks the program for something. */
  ask(method, data = null) {
    const id = ++this.#last;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#write({ id, method, data });
    return answer;
  }

  /** The server's end of a new transport, to which the client connects when it first needs it. */
  async transport(direction, options = {}) {
    const listenInfos = [{ protocol: 'udp', ip: '127.0.0.1' }];
    const transport = await this.#router.createWebRtcTransport({ listenInfos, ...options });
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    const parameters = { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
    await this.ask(direction === 'send' ? 'createSendTransport' : 'createRecvTransport', parameters);
    this.#transports[id] = transport;
    return transport;
  }

  /** The server's end of a producer of sound or picture. */
  async produce(kind) {
    return this.producers.get(await this.ask('produce', kind));
  }

  /** The server's end of a consumer, which plays. */
  async consume(transport, producer) {
    const { rtpCapabilities } = this;
    const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
    const { id, producerId, kind, rtpParameters } = consumer;
    await this.ask('consume', { id, producerId, kind, rtpParameters });
    await consumer.resume();
    return consumer;
  }

  /** Waits until more frames of a consumer have come. */
  frames(consumer, more = 10) {
    return this.ask('frames', { id: consumer.id, more });
  }

  /** The server's end of a data producer, which is open. */
  async produceData(label) {
    return this.dataProducers.get(await this.ask('produceData', label));
  }

  /** The server's end of a data consumer, which is open. */
  async consumeData(transport, dataProducer, options = {}) {
    const consumer = await transport.consumeData({ dataProducerId: dataProducer.id, ...options });
    const { id, sctpStreamParameters, label, protocol } = consumer;
    await this.ask('consumeData', { id, sctpStreamParameters, label, protocol });
    return consumer;
  }

  #answers = {
    connect: ({ transportId, dtlsParameters }) => this.#transports[transportId].connect({ dtlsParameters }),
    produce: async ({ transportId, kind, rtpParameters }) => {
      const producer = await this.#transports[transportId].produce({ kind, rtpParameters });
      this.producers.set(producer.id, producer);
      return producer.id;
    },
    produceData: async ({ transportId, ...options }) => {
      const { sctpStreamParameters, label, protocol } = options;
      const producer = await this.#transports[transportId].produceData({ sctpStreamParameters, label, protocol });
      this.dataProducers.set(producer.id, producer);
      return producer.id;
    },
  };

  #end() {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
  }

  async #take({ id, method, data, error }) {
    if (id === undefined) return this.emit(method, data);
    if (method === undefined) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      return error === undefined ? resolve(data) : reject(new Error(error));
    }
    try {
      this.#write({ id, data: (await this.#answers[method](data)) ?? null });
    } catch (failure) {
      this.#write({ id, error: String(failure) });
    }
  }

  #write(line) {
    if (this.#isOver) return;
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
