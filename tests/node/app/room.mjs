// One room: a router, its peers, and what they ask for.

const MEDIA_CODECS = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90000, parameters: { 'profile-id': 0 } },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];

export class Room {
  peers = new Set();

  static async create(worker, ended) {
    const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    const levels = await router.createAudioLevelObserver({ maxEntries: 1, threshold: -70, interval: 300 });
    return new Room(router, levels, ended);
  }

  constructor(router, levels, ended) {
    this.router = router;
    this.levels = levels;
    this.ended = ended;
    levels.on('volumes', ([{ producer, volume }]) => {
      for (const peer of this.peers) peer.notify('volume', { name: producer.appData.name, volume });
    });
  }

  enter(name, socket) {
    const peer = new Peer(this, name, socket);
    this.peers.add(peer);
    socket.on('close', () => this.leave(peer));
  }

  leave(peer) {
    this.peers.delete(peer);
    for (const transport of peer.transports.values()) transport.close();
    if (this.peers.size > 0) return;
    this.router.close();
    this.ended();
  }

  others(peer) {
    return [...this.peers].filter(other => other !== peer && other.rtpCapabilities);
  }
}

class Peer {
  rtpCapabilities = null;
  transports = new Map();
  producers = new Map();
  dataProducers = new Map();
  consumers = new Map();

  constructor(room, name, socket) {
    this.room = room;
    this.name = name;
    this.socket = socket;
    socket.on('message', bytes => this.#answer(JSON.parse(bytes)));
  }

  notify(method, data) {
    this.socket.send(JSON.stringify({ method, data }));
  }

  async #answer({ id, method, data }) {
    try {
      const answer = await REQUESTS[method](this, data ?? {});
      this.socket.send(JSON.stringify({ id, data: answer ?? {} }));
    } catch (error) {
      console.error(`${method} of ${this.name}:`, error);
      this.socket.send(JSON.stringify({ id, error: String(error) }));
    }
  }

  /** The transport of this peer that goes `send` or `recv`. */
  transport(direction) {
    return [...this.transports.values()].find(it => it.appData.direction === direction);
  }

  async consume(producer) {
    const { rtpCapabilities } = this;
    if (!this.room.router.canConsume({ producerId: producer.id, rtpCapabilities })) return;
    const consumer = await this.transport('recv').consume({ producerId: producer.id, rtpCapabilities, paused: true });
    this.consumers.set(consumer.id, consumer);
    const { id, kind, rtpParameters, type } = consumer;
    const tell = method => data => this.notify(method, { id, ...data });
    consumer.on('producerclose', tell('consumerClosed'));
    consumer.on('producerpause', tell('consumerPaused'));
    consumer.on('producerresume', tell('consumerResumed'));
    consumer.on('layerschange', layers => this.notify('consumerLayers', { id, layers }));
    this.notify('newConsumer', {
      ...{ id, kind, rtpParameters, type },
      producerId: producer.id,
      producerPaused: consumer.producerPaused,
      name: producer.appData.name,
    });
  }

  async consumeData(dataProducer) {
    const consumer = await this.transport('recv').consumeData({ dataProducerId: dataProducer.id });
    consumer.on('dataproducerclose', () => this.notify('dataConsumerClosed', { id: consumer.id }));
    const { id, sctpStreamParameters, label, protocol } = consumer;
    this.notify('newDataConsumer', {
      ...{ id, sctpStreamParameters, label, protocol },
      dataProducerId: dataProducer.id,
      name: dataProducer.appData.name,
    });
  }
}

/** What a peer may ask for. */
const REQUESTS = {
  async capabilities(peer) {
    return peer.room.router.rtpCapabilities;
  },

  async createTransport(peer, { direction }) {
    const transport = await peer.room.router.createWebRtcTransport({
      listenInfos: [
        { protocol: 'udp', ip: '127.0.0.1' },
        { protocol: 'tcp', ip: '127.0.0.1' },
      ],
      enableSctp: true,
      initialAvailableOutgoingBitrate: 2000000,
      appData: { direction },
    });
    peer.transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
  },

  async connectTransport(peer, { id, dtlsParameters }) {
    await peer.transports.get(id).connect({ dtlsParameters });
  },

  async restartIce(peer, { id }) {
    return peer.transports.get(id).restartIce();
  },

  /** From now on the peer gets what others send. */
  async join(peer, { rtpCapabilities }) {
    const others = peer.room.others(peer);
    // What comes later is told by `produce`.
    const producers = others.flatMap(other => [...other.producers.values()]);
    const dataProducers = others.flatMap(other => [...other.dataProducers.values()]);
    peer.rtpCapabilities = rtpCapabilities;
    for (const producer of producers) await peer.consume(producer);
    for (const dataProducer of dataProducers) await peer.consumeData(dataProducer);
  },

  async produce(peer, { kind, rtpParameters }) {
    const { name, room } = peer;
    const producer = await peer.transport('send').produce({ kind, rtpParameters, appData: { name } });
    peer.producers.set(producer.id, producer);
    for (const other of room.others(peer)) await other.consume(producer);
    if (kind === 'audio') await room.levels.addProducer({ producerId: producer.id });
    return { id: producer.id };
  },

  async produceData(peer, { sctpStreamParameters, label, protocol }) {
    const { name } = peer;
    const options = { sctpStreamParameters, label, protocol, appData: { name } };
    const dataProducer = await peer.transport('send').produceData(options);
    peer.dataProducers.set(dataProducer.id, dataProducer);
    for (const other of peer.room.others(peer)) await other.consumeData(dataProducer);
    return { id: dataProducer.id };
  },

  async pauseProducer(peer, { id }) {
    await peer.producers.get(id).pause();
  },

  async resumeProducer(peer, { id }) {
    await peer.producers.get(id).resume();
  },

  async pauseConsumer(peer, { id }) {
    await peer.consumers.get(id).pause();
  },

  async resumeConsumer(peer, { id }) {
    await peer.consumers.get(id).resume();
  },

  async setPreferredLayers(peer, { id, layers }) {
    await peer.consumers.get(id).setPreferredLayers(layers);
  },

  /** What the server knows of a peer's media, for its debug page. */
  async stats(peer) {
    const entries = [...peer.producers.values()].map(async it => [it.id, await it.getStats()]);
    return Object.fromEntries(await Promise.all(entries));
  },
};
