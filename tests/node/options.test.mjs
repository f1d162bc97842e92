// Options of what is made, by what comes of them.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, VIDEO, everything, router, rtp } from './setup.mjs';

/** Priority of the candidate of the listenInfo at `index`: 64·2^24 + localPreference·2^8 + 255. */
const priority = (index, bonus = 0) => 64 * 2 ** 24 + (10000 + bonus - 100 * index) * 2 ** 8 + 255;

test('candidates have the priorities of the original', async t => {
  const { worker, router: owner } = await router(t);
  const tcp = { protocol: 'tcp', ip: '127.0.0.1' };
  const it = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK, tcp] });
  assert.deepEqual(
    it.iceCandidates.map(candidate => [candidate.foundation, candidate.priority, candidate.type, candidate.ip]),
    [
      ['udpcandidate', priority(0), 'host', '127.0.0.1'],
      ['tcpcandidate', priority(1), 'host', '127.0.0.1'],
    ],
  );
  const exposed = { ...LOOPBACK, announcedAddress: '9.9.9.9', exposeInternalIp: true };
  const two = await owner.createWebRtcTransport({ listenInfos: [exposed] });
  assert.deepEqual(
    two.iceCandidates.map(({ address, priority: own }) => [address, own]),
    [
      ['9.9.9.9', priority(0)],
      ['127.0.0.1', priority(0) - 1000],
    ],
  );
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [LOOPBACK, tcp] });
  const preferring = await owner.createWebRtcTransport({ webRtcServer, enableUdp: true, enableTcp: true, preferTcp: true });
  assert.deepEqual(
    preferring.iceCandidates.map(candidate => [candidate.protocol, candidate.priority]),
    [
      ['udp', priority(0)],
      ['tcp', priority(1, 1000)],
    ],
  );
});

test('the older way to say where to listen is understood', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createWebRtcTransport({
    listenIps: ['127.0.0.1', { ip: '127.0.0.1', announcedIp: '9.9.9.9' }],
    enableTcp: true,
    preferTcp: true,
  });
  assert.deepEqual(
    it.iceCandidates.map(({ protocol, address }) => [protocol, address]),
    [
      ['tcp', '127.0.0.1'],
      ['udp', '127.0.0.1'],
      ['tcp', '9.9.9.9'],
      ['udp', '9.9.9.9'],
    ],
  );
  const plain = await owner.createPlainTransport({ listenIp: '127.0.0.1' });
  assert.equal(plain.tuple.localAddress, '127.0.0.1');
});

test('sockets get the ports, flags and buffers that are asked for', async t => {
  const { router: owner } = await router(t);
  const portRange = { min: 45000, max: 45100 };
  const rtcpListenInfo = { protocol: 'udp', ip: '127.0.0.1', portRange: { min: 45200, max: 45300 } };
  const it = await owner.createPlainTransport({
    listenInfo: { ...LOOPBACK, portRange, sendBufferSize: 100000, recvBufferSize: 100000 },
    rtcpListenInfo,
    rtcpMux: false,
  });
  assert.ok(it.tuple.localPort >= 45000 && it.tuple.localPort <= 45100);
  assert.ok(it.rtcpTuple.localPort >= 45200 && it.rtcpTuple.localPort <= 45300);
  // Two may share a port that both allow to be shared.
  const flags = { udpReusePort: true };
  const first = await owner.createPlainTransport({ listenInfo: { ...LOOPBACK, flags } });
  const port = first.tuple.localPort;
  const second = await owner.createPlainTransport({ listenInfo: { ...LOOPBACK, port, flags } });
  assert.equal(second.tuple.localPort, port);
  await assert.rejects(owner.createPlainTransport({ listenInfo: { ...LOOPBACK, port } }));
  await assert.rejects(owner.createPlainTransport({ listenInfo: { ...LOOPBACK, portRange: { min: 2000, max: 1000 } } }), {
    name: 'TypeError',
    message: /maxPort cannot be less than minPort/,
  });
  await assert.rejects(owner.createPlainTransport({ listenInfo: { protocol: 'udp', ip: 'example.com' } }), {
    name: 'TypeError',
    message: /invalid IP 'example.com'/,
  });
});

test('a transport listens on IPv6, too', async t => {
  const { router: owner } = await router(t);
  const flags = { ipv6Only: true };
  const it = await owner.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '::1', flags }] });
  assert.equal(it.iceCandidates[0].address, '::1');
});

test('limits of messages are shown and kept', async t => {
  const { router: owner } = await router(t);
  const limits = { maxSendMessageSize: 1000, maxReceiveMessageSize: 2000 };
  const it = await owner.createDirectTransport(limits);
  const dump = await it.dump();
  assert.deepEqual([dump.maxSendMessageSize, dump.maxReceiveMessageSize], [1000, 2000]);
  const producer = await it.produceData();
  const consumer = await it.consumeData({ dataProducerId: producer.id });
  const received = [];
  consumer.on('message', message => received.push(message.length));
  for (const length of [2001, 1001, 1000]) producer.send(Buffer.alloc(length, 1));
  while (received.at(-1) !== 1000) await once(consumer, 'message');
  assert.ok(!received.includes(2001));
  const overSctp = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK], enableSctp: true, ...limits });
  assert.equal(overSctp.sctpParameters.maxSendMessageSize, 1000);
  assert.equal(overSctp.sctpParameters.maxReceiveMessageSize, 2000);
});

test('a threshold for all streams is that of each new data consumer', async t => {
  const { router: owner } = await router(t);
  const sctpDefaultStreamBufferedAmountLowThreshold = 5000;
  const it = await owner.createWebRtcTransport({
    ...{ listenInfos: [LOOPBACK], enableSctp: true, sctpDefaultStreamBufferedAmountLowThreshold },
    ...{ sctpSendBufferSize: 300000, sctpPerStreamSendQueueLimit: 200000, sctpMaxReceiverWindowBufferSize: 100000 },
  });
  const direct = await owner.createDirectTransport();
  const producer = await direct.produceData();
  const consumer = await it.consumeData({ dataProducerId: producer.id });
  assert.equal((await consumer.dump()).bufferedAmountLowThreshold, 5000);
});

test('producers may be named, each name once', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createDirectTransport();
  const id = randomUUID();
  const producer = await it.produce({ id, kind: 'audio', rtpParameters: AUDIO });
  assert.equal(producer.id, id);
  const again = { id, kind: 'video', rtpParameters: VIDEO };
  await assert.rejects(it.produce(again), { name: 'TypeError', message: /already exists/ });
  const dataId = randomUUID();
  assert.equal((await it.produceData({ id: dataId })).id, dataId);
  await assert.rejects(it.produceData({ id: dataId }), TypeError);
});

test('key frames are asked for after the delay that a producer sets', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({ kind: 'video', rtpParameters: VIDEO, keyFrameRequestDelay: 500 });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const payload = Buffer.from([0x10, 0x01, 0, 0, 0, 0]);
  const first = once(transport, 'rtcp');
  const begin = performance.now();
  producer.send(rtp({ ssrc: 22222222, payloadType: 112, sequence: 1, timestamp: 1, payload }));
  await first;
  const second = once(transport, 'rtcp');
  await consumer.requestKeyFrame();
  await second;
  assert.ok(performance.now() - begin >= 450, 'not at once');
});

test('consumers take the MID that is given, and no RTX where it is not wanted', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createDirectTransport();
  const producer = await it.produce({ kind: 'video', rtpParameters: VIDEO });
  const options = { producerId: producer.id, rtpCapabilities: everything(owner) };
  const named = await it.consume({ ...options, mid: 'camera' });
  assert.equal(named.rtpParameters.mid, 'camera');
  assert.equal((await named.dump()).rtpParameters.mid, 'camera');
  const without = await it.consume({ ...options, enableRtx: false });
  assert.equal(without.rtpParameters.encodings[0].rtx, undefined);
  assert.equal((await without.dump()).rtpStream.rtxStream, undefined);
  await assert.rejects(it.consume({ ...options, producerId: 'nobody' }), { name: 'NotFoundError' });
  await assert.rejects(it.consume({ ...options, rtpCapabilities: { codecs: [], headerExtensions: [] } }), {
    name: 'UnsupportedError',
  });
  assert.equal(owner.canConsume({ producerId: producer.id, rtpCapabilities: { codecs: [] } }), false);
});

test('DTX is not sent to a consumer that ignores it', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
  const options = { producerId: producer.id, rtpCapabilities: everything(owner) };
  const [all, some] = [await transport.consume(options), await transport.consume({ ...options, ignoreDtx: true })];
  const lengths = { all: [], some: [] };
  all.on('rtp', packet => lengths.all.push(packet.readUInt16BE(2)));
  some.on('rtp', packet => lengths.some.push(packet.readUInt16BE(2)));
  // Opus says by one or two bytes that nobody speaks.
  [40, 1, 2, 40].forEach((length, i) => {
    const payload = Buffer.alloc(length, 0x78);
    producer.send(rtp({ ssrc: 11111111, payloadType: 111, sequence: i + 1, timestamp: 960 * i, payload }));
  });
  while (lengths.all.length < 4 || lengths.some.length < 2) await once(lengths.some.length < 2 ? some : all, 'rtp');
  assert.equal(lengths.all.length, 4);
  assert.equal(lengths.some.length, 2);
  // What is left out leaves no gap.
  assert.equal(lengths.some[1], (lengths.some[0] + 1) & 0xffff);
});

test('data consumers are as reliable as they are asked to be', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK], enableSctp: true });
  const direct = await owner.createDirectTransport();
  const { id: dataProducerId } = await direct.produceData({ label: 'l', protocol: 'p' });
  const reliable = await it.consumeData({ dataProducerId });
  assert.deepEqual([reliable.label, reliable.protocol], ['l', 'p']);
  assert.equal(reliable.sctpStreamParameters.ordered, true);
  const lossy = await it.consumeData({ dataProducerId, ordered: false, maxRetransmits: 3, paused: true });
  assert.equal(lossy.sctpStreamParameters.maxRetransmits, 3);
  assert.equal((await lossy.dump()).sctpStreamParameters.maxRetransmits, 3);
  assert.equal((await lossy.dump()).paused, true);
  assert.notEqual(lossy.sctpStreamParameters.streamId, reliable.sctpStreamParameters.streamId);
  await assert.rejects(it.consumeData({ dataProducerId: 'nobody' }), { name: 'NotFoundError' });
});
