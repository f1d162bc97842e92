// mediasoup's npm library as `cargo xtask bench forward --worker` asks it: a line of JSON in, a line of JSON out.
//
// The packets are sent and counted by the benchmark; here routers, transports, producers and consumers are made.

import { createInterface } from 'node:readline';
import * as mediasoup from 'mediasoup';

const worker = await mediasoup.createWorker({ logLevel: 'error' });
worker.on('died', error => {
  console.error(String(error));
  process.exit(1);
});

const SUITE = 'AEAD_AES_256_GCM';
let router;
let webRtcServer;
let producer;
let last;

const requests = {
  /** The process to be measured. */
  async start({ mediaCodecs }) {
    router = await worker.createRouter({ mediaCodecs });
    webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
    return { pid: worker.pid, version: mediasoup.version };
  },

  /** A transport of a peer that will begin the handshake. */
  async createWebRtcTransport({ fingerprints }) {
    last = await router.createWebRtcTransport({ webRtcServer, enableTcp: false });
    await last.connect({ dtlsParameters: { role: 'client', fingerprints } });
    const [{ address, port }] = last.iceCandidates;
    const { usernameFragment, password } = last.iceParameters;
    return { ip: address, port, usernameFragment, password, fingerprints: last.dtlsParameters.fingerprints };
  },

  /** A transport whose peer seals with `key` and is at `port` of `ip`, or learnt where that is absent. */
  async createPlainTransport({ ip, port, key }) {
    last = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      comedia: port === undefined,
      enableSrtp: true,
      srtpCryptoSuite: SUITE,
    });
    const keyBase64 = Buffer.from(key).toString('base64');
    await last.connect({ ip, port, srtpParameters: { cryptoSuite: SUITE, keyBase64 } });
    return { ip: last.tuple.localAddress, port: last.tuple.localPort };
  },

  /** On the transport that was made last. */
  async produce({ kind, rtpParameters }) {
    producer = await last.produce({ kind, rtpParameters });
    return {};
  },

  /** On the transport that was made last, for a device that takes all that the router has. */
  async consume() {
    await last.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, data } = JSON.parse(line);
  try {
    console.log(JSON.stringify(await requests[method](data ?? {})));
  } catch (error) {
    console.log(JSON.stringify({ error: `${method}: ${error}` }));
  }
}
worker.close();
