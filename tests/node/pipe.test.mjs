import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, SIMULCAST, VIDEO, everything, joined, router, routers, rtp, vp8 } from './setup.mjs';

const opus = sequence =>
  rtp({ ssrc: 11111111, payloadType: 111, sequence, timestamp: 960 * sequence, payload: Buffer.from(`packet ${sequence}`) });

/** What a packet says behind its header. */
const says = (packet, text) => packet.toString('latin1').endsWith(text);

test('a pipe transport takes every option and shows it', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPipeTransport({
    listenInfo: { ...LOOPBACK, announcedAddress: 'pipe.example.com', sendBufferSize: 65536, recvBufferSize: 65536 },
    enableSctp: true,
    maxSendMessageSize: 1000,
    maxReceiveMessageSize: 2000,
    sctpSendBufferSize: 300000,
    sctpPerStreamSendQueueLimit: 200000,
    sctpMaxReceiverWindowBufferSize: 400000,
    sctpDefaultStreamBufferedAmountLowThreshold: 500,
    enableRtx: true,
    enableSrtp: true,
    appData: { foo: 'bar' },
  });
  assert.equal(it.type, 'pipe');
  assert.deepEqual(it.appData, { foo: 'bar' });
  assert.equal(it.tuple.localAddress, 'pipe.example.com');
  assert.ok(it.tuple.localPort >= 10000);
  assert.equal(it.tuple.protocol, 'udp');
  assert.equal(it.tuple.remoteIp, undefined);
  assert.equal(it.sctpState, 'new');
  assert.equal(it.sctpParameters.port, 5000);
  assert.equal(it.sctpParameters.maxReceiveMessageSize, 2000);
  assert.equal(it.srtpParameters.cryptoSuite, 'AEAD_AES_256_GCM');
  assert.equal(Buffer.from(it.srtpParameters.keyBase64, 'base64').length, 44);

  const dump = await it.dump();
  assert.equal(dump.id, it.id);
  assert.equal(dump.rtx, true);
  assert.deepEqual(dump.tuple, it.tuple);
  assert.deepEqual(dump.srtpParameters, it.srtpParameters);
  assert.equal(dump.sctpState, 'new');
  assert.equal(dump.sctpParameters.sendBufferSize, 300000);
  assert.equal(dump.sctpParameters.perStreamSendQueueLimit, 200000);
  assert.equal(dump.sctpParameters.maxReceiverWindowBufferSize, 400000);
  assert.equal(dump.sctpParameters.isDataChannel, false);
  assert.deepEqual(dump.producerIds, []);
  const [stats] = await it.getStats();
  assert.equal(stats.type, 'pipe-transport');
  assert.equal(stats.transportId, it.id);
  assert.deepEqual(stats.tuple, it.tuple);
  assert.equal(stats.sctpState, 'new');
  assert.equal(stats.bytesReceived, 0);
  await it.setMaxIncomingBitrate(1000000);
  assert.equal((await it.getStats())[0].maxIncomingBitrate, 1000000);

  const plain = await owner.createPipeTransport({ listenIp: '127.0.0.1' });
  assert.equal(plain.sctpParameters, undefined);
  assert.equal(plain.sctpState, undefined);
  assert.equal(plain.srtpParameters, undefined);
  assert.equal((await plain.dump()).rtx, false);
});

test('a pipe transport gives its port back', async t => {
  const { router: owner } = await router(t);
  const first = await owner.createPipeTransport({ listenInfo: LOOPBACK });
  const { localPort: port } = first.tuple;
  const fixed = { listenInfo: { ...LOOPBACK, port } };
  await assert.rejects(owner.createPipeTransport(fixed), { name: 'Error' });
  first.close();
  assert.equal((await owner.createPipeTransport(fixed)).tuple.localPort, port);
  for (const wrong of [{ protocol: 'tcp', ip: '127.0.0.1' }, { protocol: 'udp', ip: 'chicken' }]) {
    await assert.rejects(owner.createPipeTransport({ listenInfo: wrong }), { name: 'TypeError' });
  }
  await assert.rejects(owner.createPipeTransport({}), { name: 'TypeError' });
  const tiny = { listenInfo: LOOPBACK, enableSctp: true, sctpMaxReceiverWindowBufferSize: 1 };
  await assert.rejects(owner.createPipeTransport(tiny), { name: 'TypeError' });
});

test('a pipe is connected once, with all that it needs and nothing else', async t => {
  const { router: owner } = await router(t);
  const clear = await owner.createPipeTransport({ listenInfo: LOOPBACK });
  const secure = await owner.createPipeTransport({ listenInfo: LOOPBACK, enableSrtp: true });
  const address = { ip: '127.0.0.1', port: 9 };
  const { srtpParameters } = secure;
  const keyBase64 = Buffer.alloc(30).toString('base64');
  const refusals = [
    [clear, { ...address, srtpParameters }, 'TypeError', /invalid srtpParameters \(SRTP not enabled\)/],
    // Refused by the library itself.
    [clear, { port: 9 }, 'TypeError', /must be set/],
    [clear, { ip: '127.0.0.1' }, 'TypeError', /missing port/],
    [clear, { ip: 'chicken', port: 9 }, 'Error', /invalid IP 'chicken'/],
    [secure, address, 'TypeError', /missing srtpParameters \(SRTP enabled\)/],
    [
      secure,
      { ...address, srtpParameters: { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64 } },
      'TypeError',
      /invalid\/unsupported srtpParameters\.cryptoSuite/,
    ],
    [secure, { ...address, srtpParameters: { ...srtpParameters, keyBase64 } }, 'TypeError', /invalid decoded SRTP key length/],
  ];
  for (const [transport, options, name, message] of refusals) {
    await assert.rejects(transport.connect(options), { name, message });
    assert.equal(transport.tuple.remotePort, (await transport.dump()).tuple.remotePort);
  }
  await clear.connect(address);
  await secure.connect({ ...address, srtpParameters });
  for (const transport of [clear, secure]) {
    assert.equal(transport.tuple.remoteIp, '127.0.0.1');
    assert.equal(transport.tuple.remotePort, 9);
    assert.equal((await transport.getStats())[0].tuple.remotePort, 9);
    await assert.rejects(transport.connect({ ...address, srtpParameters }), /connect\(\) already called/);
  }
});

test('audio and video cross between the workers of two processes, both ways', async t => {
  const [one, two] = await routers(t);
  const source = await one.createDirectTransport();
  const sink = await two.createDirectTransport();
  const audio = await source.produce({ kind: 'audio', rtpParameters: AUDIO, appData: { a: 1 } });
  const video = await source.produce({ kind: 'video', rtpParameters: VIDEO });
  // At the same time, so that they share a pair of transports.
  const pipes = await Promise.all(
    [audio, video].map(producer => one.pipeToRouter({ producerId: producer.id, router: two })),
  );
  assert.equal((await one.dump()).transportIds.length, 2);
  assert.equal((await two.dump()).transportIds.length, 2);
  const [{ pipeConsumer, pipeProducer }, { pipeConsumer: videoConsumer }] = pipes;
  assert.equal(pipeProducer.id, audio.id);
  assert.equal(pipeProducer.kind, 'audio');
  assert.deepEqual(pipeProducer.appData, { a: 1 });
  assert.equal(pipeConsumer.type, 'pipe');
  assert.equal(pipeConsumer.rtpParameters.mid, undefined);
  assert.deepEqual(pipeConsumer.rtpParameters, pipeProducer.rtpParameters);
  assert.equal(pipeConsumer.rtpParameters.rtcp.cname, 'audio-1');
  // Without enableRtx nothing is sent twice.
  assert.deepEqual(
    videoConsumer.rtpParameters.codecs.map(it => [it.mimeType, it.rtcpFeedback]),
    [['video/VP8', [{ type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }]]],
  );
  assert.equal(videoConsumer.rtpParameters.encodings[0].rtx, undefined);

  const heard = await sink.consume({ producerId: audio.id, rtpCapabilities: everything(two) });
  const seen = await sink.consume({ producerId: video.id, rtpCapabilities: everything(two) });
  const arrived = [once(heard, 'rtp'), once(seen, 'rtp')];
  audio.send(opus(1));
  video.send(vp8({ ssrc: 22222222, sequence: 1, keyFrame: true, text: 'picture' }));
  const [[sound], [picture]] = await Promise.all(arrived);
  assert.ok(says(sound, 'packet 1'));
  assert.ok(says(picture, 'picture'));

  // The other way over the same transports.
  const back = await sink.produce({ kind: 'audio', rtpParameters: AUDIO });
  await two.pipeToRouter({ producerId: back.id, router: one });
  const consumer = await source.consume({ producerId: back.id, rtpCapabilities: everything(one) });
  const returned = once(consumer, 'rtp');
  back.send(opus(7));
  assert.ok(says((await returned)[0], 'packet 7'));
  assert.equal((await one.dump()).transportIds.length, 2);

  const [sent] = await pipeConsumer.getStats();
  assert.equal(sent.type, 'outbound-rtp');
  assert.equal(sent.packetCount, 1);
  const [received] = await pipeProducer.getStats();
  assert.equal(received.packetCount, 1);
  assert.equal(received.ssrc, sent.ssrc);
  const dump = await pipeConsumer.dump();
  assert.equal(dump.type, 'pipe');
  assert.equal(dump.rtpStreams.length, 1);
});

test('on one worker a pipe must give its producer another id', async t => {
  const { worker: owner, router: one } = await router(t);
  const two = await owner.createRouter({ mediaCodecs: one.rtpCapabilities.codecs.filter(it => !/rtx/.test(it.mimeType)) });
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  await assert.rejects(one.pipeToRouter({ producerId: producer.id, router: two }), { name: 'Error' });
  const { pipeProducer } = await one.pipeToRouter({ producerId: producer.id, router: two, keepId: false });
  assert.notEqual(pipeProducer.id, producer.id);
  const sink = await two.createDirectTransport();
  const consumer = await sink.consume({ producerId: pipeProducer.id, rtpCapabilities: everything(two) });
  const arrived = once(consumer, 'rtp');
  producer.send(opus(1));
  assert.ok(says((await arrived)[0], 'packet 1'));
});

test('pausing, resuming and closing follow a pipe', async t => {
  const [one, two] = await routers(t);
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO, paused: true });
  const { pipeConsumer, pipeProducer } = await one.pipeToRouter({ producerId: producer.id, router: two });
  assert.equal(pipeConsumer.producerPaused, true);
  assert.equal(pipeProducer.paused, true);
  const sink = await two.createDirectTransport();
  const consumer = await sink.consume({ producerId: producer.id, rtpCapabilities: everything(two) });
  assert.equal(consumer.producerPaused, true);
  const received = [];
  consumer.on('rtp', packet => received.push(packet.toString('latin1').slice(-8)));

  const resumed = once(consumer, 'producerresume');
  await producer.resume();
  await resumed;
  producer.send(opus(1));
  while (received.length < 1) await once(consumer, 'rtp');

  const paused = once(consumer, 'producerpause');
  await producer.pause();
  await paused;
  assert.equal(pipeProducer.paused, true);
  producer.send(opus(2));

  const resumedAgain = once(consumer, 'producerresume');
  await producer.resume();
  await resumedAgain;
  producer.send(opus(3));
  while (received.length < 2) await once(consumer, 'rtp');
  assert.deepEqual(received, ['packet 1', 'packet 3']);

  const closed = once(consumer, 'producerclose');
  producer.close();
  await closed;
  assert.ok(pipeConsumer.closed);
  assert.ok(pipeProducer.closed);
  assert.ok(consumer.closed);
});

test('what is closed at one end of a pipe is closed at the other', async t => {
  const [one, two] = await routers(t);
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const first = await one.pipeToRouter({ producerId: producer.id, router: two });
  first.pipeProducer.close();
  assert.ok(first.pipeConsumer.closed);
  assert.ok(!producer.closed);

  const again = await one.pipeToRouter({ producerId: producer.id, router: two });
  const farTransports = (await two.dump()).transportIds;
  assert.equal(farTransports.length, 1);
  two.close();
  assert.ok(again.pipeProducer.closed);
  assert.ok(again.pipeConsumer.closed);
  assert.deepEqual((await one.dump()).transportIds, [source.id]);
});

test('what cannot be piped is refused', async t => {
  const [one, two] = await routers(t);
  const source = await one.createDirectTransport();
  const { id: producerId } = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const type = { name: 'TypeError' };
  await assert.rejects(one.pipeToRouter({ router: two }), type);
  await assert.rejects(one.pipeToRouter({ producerId }), type);
  await assert.rejects(one.pipeToRouter({ producerId, dataProducerId: 'x', router: two }), type);
  await assert.rejects(one.pipeToRouter({ producerId, router: one }), type);
  const both = { listenInfo: LOOPBACK, listenIp: '127.0.0.1' };
  await assert.rejects(one.pipeToRouter({ producerId, router: two, ...both }), type);
  await assert.rejects(one.pipeToRouter({ producerId: 'nobody', router: two }), { name: 'NotFoundError' });
  const tcp = { listenInfo: { protocol: 'tcp', ip: '127.0.0.1' } };
  await assert.rejects(one.pipeToRouter({ producerId, router: two, ...tcp }), /unsupported listen protocol/);
  // Twice under the same id.
  const pipe = await one.createPipeTransport({ listenInfo: LOOPBACK });
  await assert.rejects(pipe.consume({ producerId: 'nobody' }), { name: 'NotFoundError' });
  await assert.rejects(pipe.consume({}), type);
});

test('a consumer on a pipe is steered like any other, but has no layers', async t => {
  const [one, two] = await routers(t);
  const { here, there } = await joined(one, two);
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const video = await source.produce({ kind: 'video', rtpParameters: SIMULCAST });
  const consumer = await here.consume({ producerId: producer.id, appData: { b: 2 } });
  const picture = await here.consume({ producerId: video.id });
  assert.deepEqual(consumer.appData, { b: 2 });
  assert.equal(consumer.paused, false);
  assert.deepEqual((await here.dump()).consumerIds.sort(), [consumer.id, picture.id].sort());
  assert.equal((await here.dump()).mapSsrcConsumerId.length, 4);
  await consumer.requestKeyFrame();
  await picture.requestKeyFrame();
  await picture.setPreferredLayers({ spatialLayer: 1, temporalLayer: 1 });
  assert.equal(picture.preferredLayers, undefined);
  await picture.setPriority(3);
  assert.equal(picture.priority, 3);
  assert.equal((await picture.dump()).priority, 3);
  assert.deepEqual(picture.score.score, 10);

  const { kind, rtpParameters } = consumer;
  const piped = await there.produce({ kind, rtpParameters });
  const sink = await two.createDirectTransport();
  const heard = await sink.consume({ producerId: piped.id, rtpCapabilities: everything(two) });
  await consumer.pause();
  assert.equal((await consumer.dump()).paused, true);
  producer.send(opus(1));
  await consumer.resume();
  const arrived = once(heard, 'rtp');
  producer.send(opus(2));
  assert.ok(says((await arrived)[0], 'packet 2'));

  const ended = once(consumer, 'producerclose');
  producer.close();
  await ended;
  picture.close();
  assert.deepEqual((await here.dump()).consumerIds, []);
  const gone = once(piped, 'transportclose');
  there.close();
  await gone;
});

test('pipeToRouter makes both transports with the options that it got', async t => {
  const [one, two] = await routers(t);
  const made = [];
  for (const owner of [one, two]) {
    owner.observer.on('newtransport', it => {
      if (it.type === 'pipe') made.push(it);
    });
  }
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'video', rtpParameters: VIDEO });
  const options = {
    listenIp: { ip: '0.0.0.0', announcedIp: '127.0.0.1' },
    enableRtx: true,
    enableSrtp: true,
    maxSendMessageSize: 500,
    maxReceiveMessageSize: 600,
    sctpSendBufferSize: 70000,
  };
  const { pipeConsumer } = await one.pipeToRouter({ producerId: producer.id, router: two, ...options });
  assert.ok(pipeConsumer.rtpParameters.encodings[0].rtx.ssrc);
  assert.equal(made.length, 2);
  for (const transport of made) {
    assert.equal(transport.tuple.localAddress, '127.0.0.1');
    assert.equal(transport.srtpParameters.cryptoSuite, 'AEAD_AES_256_GCM');
    const dump = await transport.dump();
    assert.equal(dump.rtx, true);
    assert.equal(dump.sctpParameters.maxSendMessageSize, 500);
    assert.equal(dump.sctpParameters.maxReceiveMessageSize, 600);
    assert.equal(dump.sctpParameters.sendBufferSize, 70000);
  }
  const sink = await two.createDirectTransport();
  const consumer = await sink.consume({ producerId: producer.id, rtpCapabilities: everything(two) });
  const arrived = once(consumer, 'rtp');
  producer.send(vp8({ ssrc: 22222222, sequence: 1, keyFrame: true, text: 'picture' }));
  assert.ok(says((await arrived)[0], 'picture'));
});

test('a worker that dies takes the other ends of its pipes along', async t => {
  const { router: one } = await router(t);
  const { worker: mortal, router: two } = await router(t);
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const { pipeConsumer } = await one.pipeToRouter({ producerId: producer.id, router: two });
  const died = once(mortal, 'died');
  process.kill(mortal.pid, 'SIGKILL');
  await died;
  assert.ok(pipeConsumer.closed);
  assert.deepEqual((await one.dump()).transportIds, [source.id]);
  producer.send(opus(1));
  assert.equal((await producer.getStats())[0].packetCount, 1);
});

test('two pipe transports find each other by IPv4 addresses that they announce', async t => {
  const [one, two] = await routers(t);
  const listenInfo = { protocol: 'udp', ip: '0.0.0.0', announcedAddress: '127.0.0.1' };
  const { here, there } = await joined(one, two, { listenInfo });
  assert.equal(here.tuple.localAddress, '127.0.0.1');
  assert.equal(here.tuple.remotePort, there.tuple.localPort);
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const { kind, rtpParameters } = await here.consume({ producerId: producer.id });
  const piped = await there.produce({ kind, rtpParameters });
  const sink = await two.createDirectTransport();
  const consumer = await sink.consume({ producerId: piped.id, rtpCapabilities: everything(two) });
  const arrived = once(consumer, 'rtp');
  producer.send(opus(1));
  assert.ok(says((await arrived)[0], 'packet 1'));
});
