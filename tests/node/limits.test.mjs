// Ports, bitrates, loss and queues: what limits there are, and how one sees them.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test from 'node:test';
import { LOOPBACK, MEDIA_CODECS, VIDEO, everything, router, rtp, worker } from './setup.mjs';

async function peer(t) {
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Ports that are free at present. */
async function freePorts(count) {
  const sockets = Array.from({ length: count }, () => dgram.createSocket('udp4'));
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const ports = sockets.map(socket => socket.address().port);
  await Promise.all(sockets.map(socket => new Promise(resolve => socket.close(resolve))));
  return ports;
}

const only = port => ({ min: port, max: port });

/** The next packet of this kind of RTCP feedback. */
async function feedback(socket, type, format) {
  for (;;) {
    const [packet] = await once(socket, 'message');
    if (packet[1] === type && (packet[0] & 0x1f) === format) return packet;
  }
}

const KEY_FRAME = Buffer.from([0x10, 0x00, 0, 0, 0, 0]);
const video = sequence =>
  rtp({ ssrc: 22222222, payloadType: 112, sequence, timestamp: 3000 * sequence, payload: KEY_FRAME });

test("a transport that says no port gets one of the worker's range", async t => {
  const [port, other] = await freePorts(2);
  const owner = await worker(t, { rtcMinPort: port, rtcMaxPort: port });
  const it = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
  const first = await it.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  assert.equal(first.iceCandidates[0].port, port);
  await assert.rejects(it.createPlainTransport({ listenInfo: LOOPBACK }), /no more available ports/);
  await assert.rejects(owner.createWebRtcServer({ listenInfos: [LOOPBACK] }), /no more available ports/);
  // One of its own is not of the worker's, and wins over a single port.
  const ranged = await it.createPlainTransport({ listenInfo: { ...LOOPBACK, port, portRange: only(other) } });
  assert.equal(ranged.tuple.localPort, other);
  first.close();
  const again = await it.createPlainTransport({ listenInfo: LOOPBACK });
  assert.equal(again.tuple.localPort, port);
  await assert.rejects(it.createPlainTransport({ listenInfo: { ...LOOPBACK, portRange: { min: 9, max: 8 } } }), {
    name: 'TypeError',
    message: /maxPort cannot be less than minPort/,
  });
});

test('a limit of what comes in is told to who sends, and its end too', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPlainTransport({ listenInfo: LOOPBACK, comedia: true });
  await it.produce({ kind: 'video', rtpParameters: { ...VIDEO, mid: undefined } });
  const sender = await peer(t);
  const learnt = once(it, 'tuple');
  sender.send(video(1), it.tuple.localPort, '127.0.0.1');
  await learnt;
  const remb = async () => {
    const packet = await feedback(sender, 206, 15);
    assert.equal(packet.toString('latin1', 12, 16), 'REMB');
    assert.equal(packet.readUInt32BE(20), 22222222);
    const word = packet.readUInt32BE(16) & 0xffffff;
    return (word & 0x3ffff) * 2 ** (word >> 18);
  };
  const limited = remb();
  await it.setMaxIncomingBitrate(500000);
  const told = await limited;
  assert.ok(told <= 500000 && told > 499000, `${told}`);
  assert.equal((await it.getStats())[0].maxIncomingBitrate, 500000);
  const free = remb();
  await it.setMaxIncomingBitrate(0);
  assert.equal(await free, 0);
  assert.equal((await it.getStats())[0].maxIncomingBitrate, undefined);
});

test('limits of what goes out are checked against each other, whichever way', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPlainTransport({ listenInfo: LOOPBACK });
  const tooLow = { name: 'TypeError', message: /bitrate must be >= 30000 or 0 \(unlimited\)/ };
  await assert.rejects(it.setMinOutgoingBitrate(29999), tooLow);
  await assert.rejects(it.setMaxOutgoingBitrate(29999), tooLow);
  await it.setMaxOutgoingBitrate(100000);
  await assert.rejects(it.setMinOutgoingBitrate(100001), {
    name: 'TypeError',
    message: /bitrate must be <= current max outgoing bitrate \(100000\) or 0 \(unlimited\)/,
  });
  await it.setMinOutgoingBitrate(100000);
  await assert.rejects(it.setMaxOutgoingBitrate(99999), {
    name: 'TypeError',
    message: /bitrate must be >= current min outgoing bitrate \(100000\) or 0 \(unlimited\)/,
  });
  await it.setMaxOutgoingBitrate(0);
  await it.setMinOutgoingBitrate(200000);
  const [stats] = await it.getStats();
  assert.deepEqual([stats.minOutgoingBitrate, stats.maxOutgoingBitrate], [200000, undefined]);
});

const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

test('what is lost on the way here is told in the statistics', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPlainTransport({ listenInfo: LOOPBACK, comedia: true });
  const [codec, rtx] = VIDEO.codecs;
  assert.equal((await it.getStats())[0].rtpPacketLossReceived, undefined);
  await it.produce({
    kind: 'video',
    rtpParameters: {
      ...VIDEO,
      mid: undefined,
      codecs: [{ ...codec, rtcpFeedback: [{ type: 'transport-cc' }] }, rtx],
      headerExtensions: [{ uri: TRANSPORT_CC, id: 5 }],
    },
  });
  const sender = await peer(t);
  // Numbers 1 and 4: two of four are lost.
  for (const number of [1, 4]) {
    const packet = video(number);
    packet[0] |= 0x10;
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 0x51, 0, number, 0]);
    const numbered = Buffer.concat([packet.subarray(0, 12), extension, packet.subarray(12)]);
    sender.send(numbered, it.tuple.localPort, '127.0.0.1');
  }
  const report = await feedback(sender, 205, 15);
  assert.equal(report.readUInt16BE(14), 4);
  const [stats] = await it.getStats();
  assert.equal(stats.rtpPacketLossReceived, 0.5);
  assert.equal(stats.rtpPacketLossSent, undefined);
});

test('what is lost on the way to a peer is told in the statistics, as the peer says', async t => {
  const { router: owner } = await router(t);
  const direct = await owner.createDirectTransport();
  const producer = await direct.produce({ kind: 'video', rtpParameters: VIDEO });
  const it = await owner.createPlainTransport({ listenInfo: LOOPBACK });
  const receiver = await peer(t);
  await it.connect({ ip: '127.0.0.1', port: receiver.address().port });
  const consumer = await it.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  assert.ok(consumer.rtpParameters.headerExtensions.some(({ uri }) => uri === TRANSPORT_CC));
  assert.equal((await it.getStats())[0].rtpPacketLossSent, 0);
  // Packets 0 to 3, of which the first came: a chunk of one small delta, a run of three that did not come.
  const report = Buffer.alloc(28);
  report.set([0x8f, 205]);
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(consumer.rtpParameters.encodings[0].ssrc, 8);
  report.writeUInt16BE(0, 12);
  report.writeUInt16BE(4, 14);
  report.writeUInt16BE(0x2001, 20);
  report.writeUInt16BE(0x0003, 22);
  receiver.send(report, it.tuple.localPort, '127.0.0.1');
  let stats;
  do [stats] = await it.getStats();
  while (stats.bytesReceived === 0);
  assert.equal(stats.rtpPacketLossSent, 0.75);
  assert.equal(stats.rtpPacketLossReceived, undefined);
});

test('encodings show a scalability mode in dumps, their own or that of one layer', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createDirectTransport();
  const modes = async scalabilityMode => {
    const encodings = [{ ...VIDEO.encodings[0], scalabilityMode }];
    const producer = await it.produce({ kind: 'video', rtpParameters: { ...VIDEO, encodings } });
    const consumer = await it.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
    const { rtpParameters } = await producer.dump();
    const { consumableRtpEncodings } = await consumer.dump();
    producer.close();
    return [rtpParameters.encodings[0].scalabilityMode, consumableRtpEncodings[0].scalabilityMode];
  };
  assert.deepEqual(await modes(undefined), ['S1T1', 'S1T1']);
  assert.deepEqual(await modes('L1T3'), ['L1T3', 'L1T3']);
});

test('queues of messages have a limit each and one together', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPlainTransport({
    listenInfo: LOOPBACK,
    enableSctp: true,
    sctpSendBufferSize: 100000,
    sctpPerStreamSendQueueLimit: 50000,
    maxSendMessageSize: 30000,
  });
  // Nobody answers there, so nothing leaves.
  const silent = await peer(t);
  await it.connect({ ip: '127.0.0.1', port: silent.address().port });
  const direct = await owner.createDirectTransport();
  const source = await direct.produceData();
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => it.consumeData({ dataProducerId: source.id })));
  const message = 'x'.repeat(30000);
  const full = { name: 'Error', message: /sctpsendbufferfull/ };
  assert.equal(await one.send(message), 30000);
  assert.equal(await one.send(message), 60000);
  const told = once(one, 'sctpsendbufferfull');
  await assert.rejects(one.send(message), full);
  await told;
  assert.equal(await one.getBufferedAmount(), 60000);
  // The others have queues of their own, until all of them are full together.
  assert.equal(await two.send(message), 30000);
  assert.equal(await two.send(message), 60000);
  const toldToo = once(three, 'sctpsendbufferfull');
  await assert.rejects(three.send('y'), full);
  await toldToo;
  await assert.rejects(three.send(`${message}x`), {
    name: 'TypeError',
    message: /given message exceeds maxMessageSize value/,
  });
  const [stats] = await one.getStats();
  assert.deepEqual([stats.messagesSent, stats.bytesSent, stats.bufferedAmount], [2, 60000, 60000]);

  one.close();
  await assert.rejects(one.dump(), { name: 'NotFoundError' });
  assert.deepEqual((await it.dump()).dataConsumerIds.toSorted(), [two.id, three.id].toSorted());
  await two.pause();
  await assert.rejects(two.send('y'), { name: 'Error', message: /message send failed/ });
});
