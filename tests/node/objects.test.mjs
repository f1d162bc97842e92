// What every object has: its own data, an observer, its state, and the end of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, VIDEO, everything, router, rtp, worker } from './setup.mjs';

/** Asserts that an object carries the data of its application. */
function assertCarries(it, appData) {
  assert.deepEqual(it.appData, appData);
  it.appData = { changed: true };
  assert.deepEqual(it.appData, { changed: true });
}

/** What the next `events` of an observer bring, in their order. */
async function observed(observer, events) {
  const told = await Promise.all(events.map(event => once(observer, event)));
  return told.flat();
}

/** Closes an object and asserts that its observer is told once. */
function assertCloses(it) {
  let closes = 0;
  it.observer.on('close', () => closes++);
  assert.equal(it.closed, false);
  it.close();
  it.close();
  assert.equal(it.closed, true);
  assert.equal(closes, 1);
}

/** Pauses and resumes an object and asserts that its observer is told. */
async function assertPauses(it) {
  assert.equal(it.paused, false);
  const paused = once(it.observer, 'pause');
  await it.pause();
  await paused;
  assert.equal(it.paused, true);
  assert.equal((await it.dump?.())?.paused ?? true, true);
  const resumed = once(it.observer, 'resume');
  await it.resume();
  await resumed;
  assert.equal(it.paused, false);
  assert.equal((await it.dump?.())?.paused ?? false, false);
}

test('a worker carries data, and its observer learns of servers, routers and the end', async t => {
  const it = await worker(t, { appData: { foo: 1 } });
  assertCarries(it, { foo: 1 });
  const told = observed(it.observer, ['newwebrtcserver', 'newrouter']);
  const server = await it.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const owner = await it.createRouter();
  assert.deepEqual(await told, [server, owner]);
  assertCloses(it);
});

test('a WebRTC server carries data, and its observer learns of transports', async t => {
  const { worker: owner, router: its } = await router(t);
  const webRtcServer = await owner.createWebRtcServer({ listenInfos: [LOOPBACK], appData: { foo: 1 } });
  assertCarries(webRtcServer, { foo: 1 });
  assert.equal((await webRtcServer.dump()).id, webRtcServer.id);
  const handled = once(webRtcServer.observer, 'webrtctransporthandled');
  const transport = await its.createWebRtcTransport({ webRtcServer });
  assert.deepEqual(await handled, [transport]);
  const unhandled = once(webRtcServer.observer, 'webrtctransportunhandled');
  transport.close();
  assert.deepEqual(await unhandled, [transport]);
  assertCloses(webRtcServer);
});

test('a router carries data, and its observer learns of transports and observers', async t => {
  const { worker: owner } = await router(t);
  const it = await owner.createRouter({ appData: { foo: 1 } });
  assertCarries(it, { foo: 1 });
  const told = observed(it.observer, ['newtransport', 'newrtpobserver']);
  const transport = await it.createDirectTransport();
  const levels = await it.createAudioLevelObserver();
  assert.deepEqual(await told, [transport, levels]);
  assertCloses(it);
});

test('codecs of a router can be changed while it runs', async t => {
  const { router: it } = await router(t);
  const transport = await it.createDirectTransport();
  const before = await transport.produce({ kind: 'video', rtpParameters: VIDEO });
  it.updateMediaCodecs([{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 }]);
  assert.deepEqual(it.rtpCapabilities.codecs.map(codec => codec.mimeType), ['audio/opus']);
  assert.equal(it.canConsume({ producerId: before.id, rtpCapabilities: everything(it) }), false);
  await assert.rejects(transport.produce({ kind: 'video', rtpParameters: { ...VIDEO, mid: '2' } }), { name: 'UnsupportedError' });
  await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
  assert.equal((await transport.dump()).producerIds.length, 2);
});

const TRANSPORTS = {
  webrtc: (it, appData) => it.createWebRtcTransport({ listenInfos: [LOOPBACK], enableSctp: true, appData }),
  plain: (it, appData) => it.createPlainTransport({ listenInfo: LOOPBACK, enableSctp: true, appData }),
  pipe: (it, appData) => it.createPipeTransport({ listenInfo: LOOPBACK, enableSctp: true, appData }),
  direct: (it, appData) => it.createDirectTransport({ appData }),
};

for (const [type, create] of Object.entries(TRANSPORTS)) {
  test(`a ${type} transport carries data, and its observer learns of all that is made on it`, async t => {
    const { router: owner } = await router(t);
    const it = await create(owner, { foo: 1 });
    assertCarries(it, { foo: 1 });
    assert.equal(it.type, type);
    assert.equal((await it.dump()).id, it.id);
    const told = observed(it.observer, ['newproducer', 'newconsumer', 'newdataproducer', 'newdataconsumer']);
    const producer = await it.produce({ kind: 'audio', rtpParameters: AUDIO });
    const consumer = await it.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
    const dataProducer = await it.produceData({ sctpStreamParameters: { streamId: 1, ordered: true } });
    const dataConsumer = await it.consumeData({ dataProducerId: dataProducer.id });
    assert.deepEqual(await told, [producer, consumer, dataProducer, dataConsumer]);
    assertCloses(it);
    const other = await create(owner);
    const closed = once(other, 'routerclose');
    owner.close();
    await closed;
    assert.equal(other.closed, true);
  });
}

test('a direct transport needs no connecting and has no bitrates', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createDirectTransport();
  await it.connect();
  for (const set of ['setMaxIncomingBitrate', 'setMaxOutgoingBitrate', 'setMinOutgoingBitrate']) {
    await assert.rejects(it[set](100000), { name: 'UnsupportedError' });
  }
});

for (const type of ['plain', 'pipe']) {
  test(`a ${type} transport takes limits of bitrates`, async t => {
    const { router: owner } = await router(t);
    const it = await TRANSPORTS[type](owner);
    await it.setMaxIncomingBitrate(1000000);
    await it.setMinOutgoingBitrate(100000);
    await it.setMaxOutgoingBitrate(2000000);
    const [stats] = await it.getStats();
    assert.deepEqual(
      [stats.maxIncomingBitrate, stats.minOutgoingBitrate, stats.maxOutgoingBitrate],
      [1000000, 100000, 2000000],
    );
    await assert.rejects(it.setMaxOutgoingBitrate(99999), { name: 'TypeError' });
  });
}

for (const [type, create] of Object.entries(TRANSPORTS)) {
  test(`a ${type} transport shows which traces are enabled`, async t => {
    const { router: owner } = await router(t);
    const it = await create(owner);
    await it.enableTraceEvent(['probation', 'bwe']);
    assert.deepEqual((await it.dump()).traceEventTypes.toSorted(), ['bwe', 'probation']);
    await it.enableTraceEvent([]);
    assert.deepEqual((await it.dump()).traceEventTypes, []);
  });
}

test('traces come to the observers of producers and consumers, too', async t => {
  const { producer, consumer } = await populated(t);
  await producer.enableTraceEvent(['rtp']);
  await consumer.enableTraceEvent(['rtp']);
  const told = Promise.all([once(producer.observer, 'trace'), once(consumer.observer, 'trace')]);
  producer.send(rtp({ ssrc: 11111111, payloadType: 111, sequence: 1, timestamp: 1, payload: Buffer.alloc(20) }));
  const [[into], [out]] = await told;
  assert.deepEqual([into.type, into.direction, out.type, out.direction], ['rtp', 'in', 'rtp', 'out']);
});

test('a pipe transport tells its observer of SCTP, too', async t => {
  const { router: owner } = await router(t);
  const { router: other } = await router(t);
  const options = { listenInfo: LOOPBACK, enableSctp: true };
  const [one, two] = [await owner.createPipeTransport(options), await other.createPipeTransport(options)];
  const told = (async () => {
    let state;
    while (state !== 'connected') [state] = await once(one.observer, 'sctpstatechange');
  })();
  await one.connect({ ip: '127.0.0.1', port: two.tuple.localPort });
  await two.connect({ ip: '127.0.0.1', port: one.tuple.localPort });
  const direct = await owner.createDirectTransport();
  const { id: dataProducerId } = await direct.produceData();
  const { sctpStreamParameters } = await one.consumeData({ dataProducerId });
  await two.produceData({ sctpStreamParameters });
  await told;
  assert.equal(one.sctpState, 'connected');
});

/** Media and data on a direct transport, with everything set that can be. */
async function populated(t) {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const appData = { foo: 1 };
  const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO, appData });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner), appData });
  const dataProducer = await transport.produceData({ label: 'foo', protocol: 'bar', appData });
  const dataConsumer = await transport.consumeData({ dataProducerId: dataProducer.id, appData });
  return { owner, transport, producer, consumer, dataProducer, dataConsumer };
}

test('a producer shows itself, carries data and pauses', async t => {
  const { producer: it } = await populated(t);
  assertCarries(it, { foo: 1 });
  assert.equal(it.kind, 'audio');
  assert.deepEqual(it.rtpParameters.encodings, [{ ssrc: 11111111, dtx: true }]);
  await assertPauses(it);
  assertCloses(it);
});

test('a consumer shows itself, carries data and pauses', async t => {
  const { producer, consumer: it } = await populated(t);
  assertCarries(it, { foo: 1 });
  assert.equal(it.kind, 'audio');
  assert.equal(it.producerId, producer.id);
  assert.equal(it.currentLayers, undefined);
  await assertPauses(it);
  assertCloses(it);
});

test('a consumer of a paused producer is paused in effect, and told so once', async t => {
  const { producer, consumer: it } = await populated(t);
  const told = [];
  it.observer.on('pause', () => told.push('pause'));
  it.observer.on('resume', () => told.push('resume'));
  const paused = once(it, 'producerpause');
  await producer.pause();
  await paused;
  await it.pause();
  const resumed = once(it, 'producerresume');
  await producer.resume();
  await resumed;
  assert.deepEqual(told, ['pause']);
  await it.resume();
  assert.deepEqual(told, ['pause', 'resume']);
});

test('a data producer shows itself, carries data and pauses', async t => {
  const { dataProducer: it } = await populated(t);
  assertCarries(it, { foo: 1 });
  assert.deepEqual([it.type, it.label, it.protocol, it.sctpStreamParameters], ['direct', 'foo', 'bar', undefined]);
  await assertPauses(it);
  assertCloses(it);
});

test('a data consumer shows itself, carries data, pauses and closes', async t => {
  const { transport, dataProducer, dataConsumer: it } = await populated(t);
  assertCarries(it, { foo: 1 });
  assert.deepEqual([it.type, it.label, it.protocol, it.sctpStreamParameters], ['direct', 'foo', 'bar', undefined]);
  assert.equal(it.dataProducerId, dataProducer.id);
  assert.equal(it.dataProducerPaused, false);
  await assertPauses(it);
  assertCloses(it);
  assert.deepEqual((await transport.dump()).dataConsumerIds, []);
  await assert.rejects(it.dump(), { name: 'NotFoundError' });
});

test('scores come to producers, consumers and their observers', async t => {
  const { producer, consumer } = await populated(t);
  const told = observed(producer.observer, ['score']);
  const toldToConsumer = Promise.all([once(consumer, 'score'), once(consumer.observer, 'score')]);
  const payload = Buffer.alloc(20);
  producer.send(rtp({ ssrc: 11111111, payloadType: 111, sequence: 1, timestamp: 1, payload }));
  assert.deepEqual(await told, [[{ encodingIdx: 0, ssrc: 11111111, rid: undefined, score: 10 }]]);
  const [[score], [same]] = await toldToConsumer;
  assert.deepEqual({ ...score }, { score: 10, producerScore: 10, producerScores: [10] });
  assert.deepEqual(same, score);
  assert.deepEqual({ ...consumer.score }, { ...score });
});

test('consumers end with their transport', async t => {
  const { owner, producer } = await populated(t);
  const other = await owner.createDirectTransport();
  const consumer = await other.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const closed = once(consumer, 'transportclose');
  other.close();
  await closed;
  assert.equal(consumer.closed, true);
});

const OBSERVERS = {
  activespeaker: (it, appData) => it.createActiveSpeakerObserver({ appData }),
  audiolevel: (it, appData) => it.createAudioLevelObserver({ appData }),
};

for (const [type, create] of Object.entries(OBSERVERS)) {
  test(`an observer of kind ${type} carries data, pauses, and learns of producers`, async t => {
    const { owner, producer } = await populated(t);
    const it = await create(owner, { foo: 1 });
    assertCarries(it, { foo: 1 });
    assert.equal(it.type, type);
    await assertPauses(it);
    const told = observed(it.observer, ['addproducer', 'removeproducer']);
    await it.addProducer({ producerId: producer.id });
    assert.deepEqual((await owner.dump()).mapProducerIdObserverIds, [{ key: producer.id, values: [it.id] }]);
    await it.removeProducer({ producerId: producer.id });
    assert.deepEqual(await told, [producer, producer]);
    await assert.rejects(it.addProducer({ producerId: 'nobody' }), { name: 'NotFoundError' });
    assertCloses(it);
    const other = await create(owner);
    const closed = once(other, 'routerclose');
    owner.close();
    await closed;
  });
}
