// Shared by all tests: the built worker, routers, and what tests wait for.

import { once } from 'node:events';
import * as library from 'mediasoup';

if (!process.env.MEDIASOUP_WORKER_BIN) {
  throw new Error('MEDIASOUP_WORKER_BIN must name the built miso-worker');
}

/** The library; with MISO_COVERAGE what the tests use of it is noted. */
export const mediasoup = process.env.MISO_COVERAGE
  ? (await import('./coverage/record.mjs')).recorded(library)
  : library;

// The runner ends a file that takes too long by this signal, from which the library alone would not end the process.
process.once('SIGTERM', () => process.exit(1));

export const LOOPBACK = { protocol: 'udp', ip: '127.0.0.1' };

export const MEDIA_CODECS = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2, parameters: { foo: 'bar' } },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
];

/** A worker that is closed after the test. */
export async function worker(t, settings = {}) {
  const it = await mediasoup.createWorker({ logLevel: 'warn', ...settings });
  t.after(async () => {
    if (it.closed) return;
    it.close();
    if (!it.subprocessClosed) await once(it, 'subprocessclose');
  });
  return it;
}

/** A worker with a router. */
export async function router(t) {
  const owner = await worker(t);
  return { worker: owner, router: await owner.createRouter({ mediaCodecs: MEDIA_CODECS }) };
}

/** What the next `event` of `emitter` brings. The test runner's timeout is the limit. */
export async function next(emitter, event) {
  return once(emitter, event);
}

export const AUDIO = {
  mid: 'AUDIO',
  codecs: [
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48000,
      channels: 2,
      parameters: { useinbandfec: 1, usedtx: 1, foo: 222.222, bar: '333' },
    },
  ],
  headerExtensions: [
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 10 },
    { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 12 },
  ],
  encodings: [{ ssrc: 11111111, dtx: true }],
  rtcp: { cname: 'audio-1' },
};

export const VIDEO = {
  mid: 'VIDEO',
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 112,
      clockRate: 90000,
      rtcpFeedback: [
        { type: 'nack' },
        { type: 'nack', parameter: 'pli' },
        { type: 'ccm', parameter: 'fir' },
        { type: 'goog-remb' },
      ],
    },
    { mimeType: 'video/rtx', payloadType: 113, clockRate: 90000, parameters: { apt: 112 } },
  ],
  headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 10 }],
  encodings: [{ ssrc: 22222222, rtx: { ssrc: 22222223 } }],
  rtcp: { cname: 'video-1' },
};

export const SIMULCAST = {
  ...VIDEO,
  encodings: [
    { ssrc: 22222222, rtx: { ssrc: 22222223 } },
    { ssrc: 22222224, rtx: { ssrc: 22222225 } },
    { ssrc: 22222226, rtx: { ssrc: 22222227 } },
  ],
};

/** Capabilities of a peer that takes everything a router has. */
export function everything(owner) {
  return owner.rtpCapabilities;
}

/** An RTP packet without header extensions. */
export function rtp({ ssrc, payloadType, sequence, timestamp, payload }) {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payloadType | 0x80;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** All messages that a data consumer gets from now on, with their kinds; `more()` waits for the next. */
export function everyMessage(consumer) {
  const received = [];
  consumer.on('message', (message, ppid) => received.push([message.toString(), ppid]));
  received.more = () => once(consumer, 'message');
  return received;
}

/** Two routers, each of a worker, and so of a process, of its own. */
export async function routers(t) {
  const [one, two] = await Promise.all([router(t), router(t)]);
  return [one.router, two.router];
}

/** Pipe transports of two routers that are connected to each other. */
export async function joined(one, two, options = {}) {
  const make = owner => owner.createPipeTransport({ listenInfo: LOOPBACK, ...options });
  const [here, there] = await Promise.all([one, two].map(make));
  const told = it => ({ ip: it.tuple.localAddress, port: it.tuple.localPort, srtpParameters: it.srtpParameters });
  await Promise.all([here.connect(told(there)), there.connect(told(here))]);
  return { here, there };
}

/** A whole VP8 frame in an RTP packet. */
export function vp8({ ssrc, payloadType = 112, sequence, keyFrame, text }) {
  const head = Buffer.from([0x10, keyFrame ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, 0, 1, 0, 1]);
  return rtp({ ssrc, payloadType, sequence, timestamp: 3000 * sequence, payload: Buffer.concat([head, Buffer.from(text)]) });
}
