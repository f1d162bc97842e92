import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, SIMULCAST, VIDEO, everything, router } from './setup.mjs';

/** Two transports of a new router. */
async function pair(t) {
  const { worker, router: owner } = await router(t);
  const options = { listenInfos: [LOOPBACK] };
  return {
    worker,
    owner,
    from: await owner.createWebRtcTransport(options),
    to: await owner.createWebRtcTransport(options),
  };
}

test('producers are made, shown and closed', async t => {
  const { owner, from } = await pair(t);
  const audio = await from.produce({ kind: 'audio', rtpParameters: AUDIO });
  const video = await from.produce({ kind: 'video', rtpParameters: SIMULCAST, paused: true });
  assert.equal(audio.type, 'simple');
  assert.equal(video.type, 'simulcast');

  const dump = await audio.dump();
  assert.equal(dump.id, audio.id);
  assert.equal(dump.kind, 'audio');
  assert.equal(dump.type, 'simple');
  assert.equal(dump.paused, false);
  const [codec] = dump.rtpParameters.codecs;
  assert.equal(codec.mimeType, 'audio/opus');
  assert.deepEqual(codec.parameters, { useinbandfec: 1, usedtx: 1, foo: 222.222, bar: '333' });
  assert.equal(dump.rtpParameters.headerExtensions.length, 2);
  assert.equal(dump.rtpParameters.headerExtensions[1].uri, 'urn:ietf:params:rtp-hdrext:ssrc-audio-level');
  assert.equal(dump.rtpParameters.encodings[0].ssrc, 11111111);
  assert.equal(dump.rtpParameters.encodings[0].dtx, true);
  assert.equal(dump.rtpParameters.encodings[0].codecPayloadType, 111);
  assert.equal(dump.rtpParameters.rtcp.cname, 'audio-1');
  assert.deepEqual(dump.traceEventTypes, []);
  assert.equal(dump.rtpMapping.codecs[0].payloadType, 111);
  assert.equal((await video.dump()).rtpMapping.encodings.length, 3);
  assert.equal((await video.dump()).paused, true);
  assert.deepEqual(await video.getStats(), []);

  assert.deepEqual((await from.dump()).producerIds.sort(), [audio.id, video.id].sort());
  assert.equal((await from.dump()).rtpListener.ssrcTable.length, 7);
  assert.equal((await from.dump()).recvRtpHeaderExtensions.mid, 10);
  await assert.rejects(
    from.produce({ kind: 'audio', rtpParameters: { ...AUDIO, encodings: [{ ssrc: 99 }] } }),
    /MID already exists in RTP listener \[mid:AUDIO\]/,
  );

  audio.close();
  await assert.rejects(audio.dump(), { name: 'NotFoundError' });
  assert.deepEqual((await owner.dump()).mapProducerIdConsumerIds, [{ key: video.id, values: [] }]);
});

test('producers pause and resume, and their consumers learn of it', async t => {
  const { owner, from, to } = await pair(t);
  const producer = await from.produce({ kind: 'audio', rtpParameters: AUDIO });
  const consumer = await to.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const paused = once(consumer, 'producerpause');
  await producer.pause();
  await paused;
  assert.equal(consumer.producerPaused, true);
  assert.equal((await consumer.dump()).producerPaused, true);
  const resumed = once(consumer, 'producerresume');
  await producer.resume();
  await resumed;
  assert.equal((await producer.dump()).paused, false);
});

test('consumers are made, shown, steered and closed', async t => {
  const { owner, from, to } = await pair(t);
  const producer = await from.produce({ kind: 'video', rtpParameters: VIDEO });
  const rtpCapabilities = everything(owner);
  assert.ok(owner.canConsume({ producerId: producer.id, rtpCapabilities }));
  const consumer = await to.consume({ producerId: producer.id, rtpCapabilities, paused: true });
  assert.equal(consumer.type, 'simple');
  assert.equal(consumer.paused, true);
  assert.deepEqual(consumer.score.producerScores, [0]);

  const dump = await consumer.dump();
  assert.equal(dump.producerId, producer.id);
  assert.equal(dump.kind, 'video');
  assert.equal(dump.type, 'simple');
  assert.equal(dump.paused, true);
  assert.equal(dump.priority, 1);
  assert.equal(dump.consumableRtpEncodings.length, 1);
  assert.deepEqual(dump.supportedCodecPayloadTypes, [consumer.rtpParameters.codecs[0].payloadType]);
  assert.equal(dump.rtpStream.params.ssrc, consumer.rtpParameters.encodings[0].ssrc);
  assert.equal(dump.rtpStream.params.usePli, true);
  assert.equal(dump.rtpStream.rtxStream.params.ssrc, consumer.rtpParameters.encodings[0].rtx.ssrc);

  const [stats] = await consumer.getStats();
  assert.equal(stats.type, 'outbound-rtp');
  assert.equal(stats.kind, 'video');
  assert.equal(stats.mimeType, 'video/VP8');
  assert.equal(stats.packetCount, 0);

  await consumer.resume();
  assert.equal((await consumer.dump()).paused, false);
  await consumer.pause();
  await consumer.requestKeyFrame();
  await consumer.setPriority(2);
  assert.equal((await consumer.dump()).priority, 2);
  await consumer.unsetPriority();
  assert.equal(consumer.priority, 1);
  await consumer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 1 });
  assert.equal(consumer.preferredLayers, undefined);

  assert.deepEqual((await owner.dump()).mapConsumerIdProducerId, [{ key: consumer.id, value: producer.id }]);
  assert.deepEqual((await to.dump()).consumerIds, [consumer.id]);
  consumer.close();
  await assert.rejects(consumer.dump(), { name: 'NotFoundError' });
  assert.deepEqual((await owner.dump()).mapConsumerIdProducerId, []);
});

test('consumers of simulcast have preferred layers within what there is', async t => {
  const { owner, from, to } = await pair(t);
  const producer = await from.produce({ kind: 'video', rtpParameters: SIMULCAST });
  const consumer = await to.consume({
    producerId: producer.id,
    rtpCapabilities: everything(owner),
    preferredLayers: { spatialLayer: 12, temporalLayer: 0 },
  });
  assert.equal(consumer.type, 'simulcast');
  assert.deepEqual(consumer.preferredLayers, { spatialLayer: 2, temporalLayer: 0 });
  await consumer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 0 });
  const dump = await consumer.dump();
  assert.equal(dump.preferredSpatialLayer, 1);
  assert.equal(dump.currentSpatialLayer, -1);
});

test('what hangs on a producer or transport closes with it', async t => {
  const { worker, owner, from, to } = await pair(t);
  const producer = await from.produce({ kind: 'audio', rtpParameters: AUDIO });
  const rtpCapabilities = everything(owner);
  const first = await to.consume({ producerId: producer.id, rtpCapabilities });
  const closed = once(first, 'producerclose');
  producer.close();
  await closed;
  await assert.rejects(first.dump(), { name: 'NotFoundError' });

  const again = await from.produce({ kind: 'audio', rtpParameters: AUDIO });
  const second = await to.consume({ producerId: again.id, rtpCapabilities });
  const both = Promise.all([once(second, 'producerclose'), once(again, 'transportclose')]);
  from.close();
  await both;
  const ids = (await worker.dump()).channelMessageHandlers.channelRequestHandlers;
  assert.deepEqual(ids.sort(), [owner.id, to.id].sort());
});

test('observers take audio producers only', async t => {
  const { owner, from } = await pair(t);
  const levels = await owner.createAudioLevelObserver({ maxEntries: 2, threshold: -60, interval: 500 });
  const speakers = await owner.createActiveSpeakerObserver({ interval: 500 });
  const audio = await from.produce({ kind: 'audio', rtpParameters: AUDIO });
  const video = await from.produce({ kind: 'video', rtpParameters: VIDEO });
  await levels.addProducer({ producerId: audio.id });
  await speakers.addProducer({ producerId: audio.id });
  await assert.rejects(levels.addProducer({ producerId: video.id }), {
    name: 'TypeError',
    message: /not an audio Producer/,
  });
  await levels.pause();
  await levels.resume();
  const dump = await owner.dump();
  assert.deepEqual(dump.rtpObserverIds.sort(), [levels.id, speakers.id].sort());
  const observed = dump.mapProducerIdObserverIds.find(it => it.key === audio.id);
  assert.deepEqual(observed.values.sort(), [levels.id, speakers.id].sort());
  await speakers.removeProducer({ producerId: audio.id });
  levels.close();
  assert.deepEqual((await owner.dump()).rtpObserverIds, [speakers.id]);
  const told = once(speakers, 'routerclose');
  owner.close();
  await told;
});
