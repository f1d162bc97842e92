// Trace events: every kind, with all that the library tells of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Client } from './client.mjs';
import { LOOPBACK, VIDEO, everything, router, rtp } from './setup.mjs';

const KINDS = ['rtp', 'keyframe', 'nack', 'pli', 'fir'];

/** VP8: a key frame, and one that is none. */
const KEY_FRAME = Buffer.from([0x10, 0x00, 0, 0, 0, 0]);
const INTERFRAME = Buffer.from([0x10, 0x01, 0, 0, 0, 0]);

const frame = (sequence, payload) =>
  rtp({ ssrc: 22222222, payloadType: 112, sequence, timestamp: 3000 * sequence, payload });

/** A producer and a consumer of video on one direct transport. */
async function direct(t, codec = VIDEO.codecs[0]) {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const rtpParameters = { ...VIDEO, codecs: [codec, VIDEO.codecs[1]] };
  const producer = await transport.produce({ kind: 'video', rtpParameters });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  return { owner, transport, producer, consumer };
}

/** RTCP feedback about a stream (RFC 4585, section 6.1). */
function feedback(type, format, media, content = Buffer.alloc(0)) {
  const head = Buffer.alloc(12);
  head[0] = 0x80 | format;
  head[1] = type;
  head.writeUInt16BE(2 + content.length / 4, 2);
  head.writeUInt32BE(media, 8);
  return Buffer.concat([head, content]);
}

const words = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
};

test('packets are traced where they come from and where they go', async t => {
  const { producer, consumer } = await direct(t);
  await producer.enableTraceEvent(['rtp', 'keyframe']);
  await consumer.enableTraceEvent(['rtp']);
  assert.deepEqual((await producer.dump()).traceEventTypes.toSorted(), ['keyframe', 'rtp']);
  assert.deepEqual((await consumer.dump()).traceEventTypes, ['rtp']);
  const came = once(producer, 'trace');
  const left = once(consumer, 'trace');
  const got = once(consumer, 'rtp');
  producer.send(frame(7, KEY_FRAME));
  const [{ type, timestamp, direction, info }] = await came;
  assert.equal(type, 'keyframe');
  assert.ok(timestamp > 0);
  assert.equal(direction, 'in');
  assert.equal(info.isRtx, false);
  assert.deepEqual({ ...info.rtpPacket }, {
    payloadType: 112,
    sequenceNumber: 7,
    timestamp: 21000,
    marker: true,
    ssrc: 22222222,
    isKeyFrame: true,
    size: 18n,
    payloadSize: 6n,
    spatialLayer: 0,
    temporalLayer: 0,
    mid: null,
    rid: null,
    rrid: null,
    wideSequenceNumber: null,
  });
  const [sent] = await left;
  const [packet] = await got;
  assert.equal(sent.type, 'rtp');
  assert.equal(sent.direction, 'out');
  assert.equal(sent.info.rtpPacket.ssrc, consumer.rtpParameters.encodings[0].ssrc);
  assert.equal(sent.info.rtpPacket.payloadType, consumer.rtpParameters.codecs[0].payloadType);
  assert.equal(sent.info.rtpPacket.sequenceNumber, packet.readUInt16BE(2));
  assert.equal(sent.info.rtpPacket.size, BigInt(packet.length));
  assert.equal(sent.info.rtpPacket.mid, consumer.rtpParameters.mid);
});

test('a list of kinds replaces the one before, and wrong ones are refused', async t => {
  const { transport, producer, consumer } = await direct(t);
  const traced = [];
  producer.on('trace', trace => traced.push(trace.type));
  await producer.enableTraceEvent(KINDS);
  await producer.enableTraceEvent(['sr', 'chicken']);
  assert.deepEqual((await producer.dump()).traceEventTypes, ['sr']);
  await consumer.enableTraceEvent(KINDS);
  assert.deepEqual((await consumer.dump()).traceEventTypes.toSorted(), KINDS.toSorted());
  await consumer.enableTraceEvent();
  assert.deepEqual((await consumer.dump()).traceEventTypes, []);
  await assert.rejects(producer.enableTraceEvent('rtp'), TypeError);
  await assert.rejects(consumer.enableTraceEvent([1]), TypeError);
  const got = once(consumer, 'rtp');
  producer.send(frame(1, KEY_FRAME));
  await got;
  await transport.getStats();
  assert.deepEqual(traced, []);
});

test('sender reports are traced with what they say', async t => {
  const { transport, producer } = await direct(t);
  producer.send(frame(1, KEY_FRAME));
  await producer.enableTraceEvent(['sr']);
  const told = once(producer, 'trace');
  transport.sendRtcp(Buffer.concat([Buffer.from([0x80, 200, 0, 6]), words(22222222, 1, 2, 3, 4, 5)]));
  const [{ type, direction, info }] = await told;
  assert.equal(type, 'sr');
  assert.equal(direction, 'in');
  assert.deepEqual({ ...info }, {
    ssrc: 22222222,
    ntpSec: 1,
    ntpFrac: 2,
    rtpTs: 3,
    packetCount: 4,
    octetCount: 5,
  });
});

test('what the peer of a consumer asks for is traced, and what is asked of the producer', async t => {
  const { transport, producer, consumer } = await direct(t);
  const { ssrc } = consumer.rtpParameters.encodings[0];
  await producer.enableTraceEvent(['nack', 'pli']);
  const lost = once(producer, 'trace');
  producer.send(frame(1, KEY_FRAME));
  producer.send(frame(3, INTERFRAME));
  const [nack] = await lost;
  assert.deepEqual([nack.type, nack.direction, nack.info], ['nack', 'out', undefined]);
  producer.send(frame(2, INTERFRAME));

  await consumer.enableTraceEvent(['nack', 'pli', 'fir']);
  const asked = [];
  // The library tells traces of consumers twice.
  consumer.on('trace', trace => {
    if (asked.at(-1)?.timestamp !== trace.timestamp || asked.at(-1)?.type !== trace.type) asked.push(trace);
  });
  const keyFrame = once(producer, 'trace');
  transport.sendRtcp(feedback(206, 1, ssrc));
  const [pli] = await keyFrame;
  assert.deepEqual([pli.type, pli.direction, { ...pli.info }], ['pli', 'out', { ssrc: 22222222 }]);
  transport.sendRtcp(feedback(206, 4, 0, words(ssrc, 1 << 24)));
  transport.sendRtcp(feedback(205, 1, ssrc, words(12345 << 16)));
  while (asked.length < 3) await once(consumer, 'trace');
  assert.deepEqual(
    asked.map(it => [it.type, it.direction]),
    [
      ['pli', 'in'],
      ['fir', 'in'],
      ['nack', 'in'],
    ],
  );
  assert.deepEqual({ ...asked[0].info }, { ssrc });
  assert.deepEqual({ ...asked[1].info }, { ssrc });
});

test('a producer that knows FIR only is traced as asked by FIR', async t => {
  const codec = { ...VIDEO.codecs[0], rtcpFeedback: [{ type: 'ccm', parameter: 'fir' }] };
  const { producer } = await direct(t, codec);
  await producer.enableTraceEvent(['fir', 'pli']);
  const told = once(producer, 'trace');
  producer.send(frame(1, INTERFRAME));
  const [{ type, direction, info }] = await told;
  assert.deepEqual([type, direction, { ...info }], ['fir', 'out', { ssrc: 22222222 }]);
});

test('traces of transports are enabled and shown', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  await transport.enableTraceEvent(['bwe', 'probation', 'chicken']);
  assert.deepEqual((await transport.dump()).traceEventTypes.toSorted(), ['bwe', 'probation']);
  await transport.enableTraceEvent([]);
  assert.deepEqual((await transport.dump()).traceEventTypes, []);
  await assert.rejects(transport.enableTraceEvent('bwe'), TypeError);
});

test('video gets packet ids where they are enabled', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({
    kind: 'video',
    rtpParameters: VIDEO,
    enableMediasoupPacketIdHeaderExtension: true,
  });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const ids = [];
  consumer.on('rtp', packet => {
    // One-byte extensions (RFC 8285, section 4.2); 12 is the router's id of the packet id.
    assert.equal(packet.readUInt16BE(12), 0xbede);
    const end = 16 + 4 * packet.readUInt16BE(14);
    for (let at = 16; at < end; ) {
      if (packet[at] === 0) at += 1;
      else {
        if (packet[at] >> 4 === 12) ids.push(packet.readUInt32BE(at + 1));
        at += 2 + (packet[at] & 0x0f);
      }
    }
  });
  for (let sequence = 1; sequence <= 3; sequence++) {
    producer.send(frame(sequence, sequence === 1 ? KEY_FRAME : INTERFRAME));
  }
  while (ids.length < 3) await once(consumer, 'rtp');
  assert.ok(ids[0] < 2 ** 31);
  assert.deepEqual(ids, [ids[0], ids[0] + 1, ids[0] + 2]);
});

/** Checks an estimate of what the path to a peer gives. */
function isEstimate({ type, timestamp, direction, info }) {
  assert.deepEqual([type, direction, info.bweType], ['bwe', 'out', 'transport-cc']);
  assert.ok(timestamp > 0);
  assert.equal(info.startBitrate, 600000);
  assert.equal(info.minBitrate, 30000);
  assert.ok(info.availableBitrate > 0 && info.maxBitrate >= info.startBitrate, JSON.stringify(info));
  assert.ok(info.maxPaddingBitrate <= info.maxBitrate && info.effectiveDesiredBitrate >= info.desiredBitrate);
}

test('the estimation of the path to a peer is traced, and so is each packet that probes it', async t => {
  const { router: owner } = await router(t);
  const [ann, bob] = [await Client.start(t, owner), await Client.start(t, owner)];
  await ann.transport('send');
  const receiving = await bob.transport('recv');
  await receiving.enableTraceEvent(['bwe', 'probation']);
  const seen = new Map();
  const both = new Promise(resolve => {
    for (const emitter of [receiving, receiving.observer]) {
      emitter.on('trace', trace => {
        if (!seen.has(trace.type)) seen.set(trace.type, trace);
        if (seen.size === 2) resolve();
      });
    }
  });
  const consumer = await bob.consume(receiving, await ann.produce('video'));
  await bob.frames(consumer);
  await both;
  isEstimate(seen.get('bwe'));
  const { direction, info } = seen.get('probation');
  assert.equal(direction, 'out');
  assert.deepEqual({ ...info }, {});
  const [stats] = await receiving.getStats();
  assert.ok(stats.probationBytesSent > 0 && stats.availableOutgoingBitrate > 0, JSON.stringify(stats));
});

test('the path of a plain transport is estimated, too, where its peer gives feedback', async t => {
  const { owner, producer } = await direct(t);
  const plain = await owner.createPlainTransport({ listenInfo: LOOPBACK });
  await plain.enableTraceEvent(['bwe']);
  const told = Promise.all([once(plain, 'trace'), once(plain.observer, 'trace')]);
  await plain.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  for (const [trace] of await told) isEstimate(trace);
});
