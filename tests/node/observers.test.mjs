// What observers of audio and of objects are told while media flows.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test from 'node:test';
import { Client } from './client.mjs';
import { AUDIO, LOOPBACK, SIMULCAST, VIDEO, everything, router, rtp } from './setup.mjs';

const SILENCE = 127;

/** As of a room in which nobody speaks. */
const QUIET = 120;

/** An RTP packet with one header extension of one byte (RFC 8285, section 4.2). */
function withExtension(packet, id, value) {
  const header = Buffer.from(packet.subarray(0, 12));
  header[0] |= 0x10;
  const extension = Buffer.from([0xbe, 0xde, 0, 1, id << 4, value, 0, 0]);
  return Buffer.concat([header, extension, packet.subarray(12)]);
}

/** Does something again and again, as long as an object is open. */
function repeat(open, period, task) {
  let round = 0;
  const timer = setInterval(() => {
    if (open.closed) clearInterval(timer);
    else task(++round);
  }, period);
}

/** Sends sound through a producer of a direct transport; its loudness can be changed. */
function speak(producer, loudness) {
  const voice = { loudness };
  repeat(producer, 20, sequence => {
    const packet = rtp({
      ssrc: producer.rtpParameters.encodings[0].ssrc,
      payloadType: 111,
      sequence,
      timestamp: 960 * sequence,
      payload: Buffer.alloc(40, 1),
    });
    producer.send(withExtension(packet, 12, voice.loudness));
  });
  return voice;
}

/** Producers of sound on a direct transport. */
async function speakers(t, count) {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producers = [];
  for (let i = 0; i < count; i++) {
    const rtpParameters = { ...AUDIO, mid: `${i}`, encodings: [{ ssrc: 1000 + i }] };
    producers.push(await transport.produce({ kind: 'audio', rtpParameters }));
  }
  return { owner, producers };
}

test('an audio level observer tells who is loud, loudest first, and when nobody is', async t => {
  const { owner, producers } = await speakers(t, 2);
  const it = await owner.createAudioLevelObserver({ maxEntries: 2, threshold: -60, interval: 250 });
  for (const { id } of producers) await it.addProducer({ producerId: id });
  const voices = [speak(producers[0], 50), speak(producers[1], 20)];
  let volumes = [];
  const observed = once(it.observer, 'volumes');
  while (volumes.length < 2) [volumes] = await once(it, 'volumes');
  assert.deepEqual(volumes.map(entry => entry.producer), [producers[1], producers[0]]);
  assert.ok(volumes[0].volume >= -25 && volumes[0].volume <= -15, String(volumes[0].volume));
  assert.ok(volumes[1].volume >= -55 && volumes[1].volume <= -45, String(volumes[1].volume));
  await observed;
  const silent = Promise.all([once(it, 'silence'), once(it.observer, 'silence')]);
  for (const voice of voices) voice.loudness = SILENCE;
  await silent;
});

test('an active speaker observer tells who takes over', async t => {
  const { owner, producers } = await speakers(t, 2);
  const it = await owner.createActiveSpeakerObserver({ interval: 100 });
  for (const { id } of producers) await it.addProducer({ producerId: id });
  const observed = once(it.observer, 'dominantspeaker');
  const voices = producers.map(producer => speak(producer, QUIET));
  const [{ producer: first }] = await once(it, 'dominantspeaker');
  assert.equal((await observed)[0].producer, first);
  const other = producers.findIndex(producer => producer !== first);
  voices[other].loudness = 10;
  const [{ producer: next }] = await once(it, 'dominantspeaker');
  assert.equal(next, producers[other]);
});

test('the orientation of a picture is told when it changes', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const headerExtensions = [...VIDEO.headerExtensions, { uri: 'urn:3gpp:video-orientation', id: 11 }];
  const producer = await transport.produce({ kind: 'video', rtpParameters: { ...VIDEO, headerExtensions } });
  const told = [];
  producer.on('videoorientationchange', it => told.push({ ...it }));
  const observed = once(producer.observer, 'videoorientationchange');
  const payload = Buffer.from([0x10, 0x01, 0, 0, 0, 0]);
  // Camera bit, flip bit, two bits of rotation (3GPP TS 26.114, section 7.4.5).
  [0b0001, 0b0001, 0b1000, 0b0110].forEach((value, i) => {
    const packet = rtp({ ssrc: 22222222, payloadType: 112, sequence: i + 1, timestamp: i * 3000, payload });
    producer.send(withExtension(packet, 11, value));
  });
  while (told.length < 3) await once(producer, 'videoorientationchange');
  assert.deepEqual(told, [
    { camera: false, flip: false, rotation: 90 },
    { camera: true, flip: false, rotation: 0 },
    { camera: false, flip: true, rotation: 180 },
  ]);
  assert.deepEqual({ ...(await observed)[0] }, told[0]);
});

test('a consumer of simulcast tells which layer it gets', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({ kind: 'video', rtpParameters: SIMULCAST });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const observed = once(consumer.observer, 'layerschange');
  const received = [];
  consumer.on('rtp', packet => received.push(packet));
  // A key frame of VP8 in each stream, then again and again until the consumer has found its layer.
  const keyFrame = Buffer.from([0x10, 0x10, 0, 0, 0x9d, 1, 0x2a, 0, 5, 0xd0, 2]);
  repeat(producer, 33, sequence => {
    for (const { ssrc } of SIMULCAST.encodings) {
      producer.send(rtp({ ssrc, payloadType: 112, sequence, timestamp: 3000 * sequence, payload: keyFrame }));
    }
  });
  while (consumer.currentLayers?.spatialLayer !== 2) await once(consumer, 'layerschange');
  await observed;
  await consumer.setPreferredLayers({ spatialLayer: 0 });
  while (consumer.currentLayers?.spatialLayer !== 0) await once(consumer, 'layerschange');
  assert.equal((await consumer.dump()).currentSpatialLayer, 0);
  assert.ok(received.length > 0);
});

test('a plain transport without rtcpMux learns both addresses and tells them', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: false, comedia: true });
  await it.produce({ kind: 'audio', rtpParameters: { ...AUDIO, mid: undefined } });
  const sockets = await Promise.all(
    [1, 2].map(async () => {
      const socket = dgram.createSocket('udp4');
      t.after(() => socket.close());
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      return socket;
    }),
  );
  const told = Promise.all(['tuple', 'rtcptuple'].flatMap(event => [once(it, event), once(it.observer, event)]));
  const payload = Buffer.alloc(10);
  sockets[0].send(rtp({ ssrc: 11111111, payloadType: 111, sequence: 1, timestamp: 1, payload }), it.tuple.localPort, '127.0.0.1');
  // A receiver report about nothing.
  sockets[1].send(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]), it.rtcpTuple.localPort, '127.0.0.1');
  const [[tuple], [tupleAgain], [rtcpTuple], [rtcpTupleAgain]] = await told;
  assert.equal(tuple.remotePort, sockets[0].address().port);
  assert.equal(rtcpTuple.remotePort, sockets[1].address().port);
  assert.deepEqual([tupleAgain, rtcpTupleAgain], [tuple, rtcpTuple]);
  assert.deepEqual(it.rtcpTuple, rtcpTuple);
});

test('plain transports talk SCTP with each other', async t => {
  const { router: owner } = await router(t);
  const options = { listenInfo: LOOPBACK, enableSctp: true };
  const [one, two] = [await owner.createPlainTransport(options), await owner.createPlainTransport(options)];
  assert.equal(one.sctpParameters.port, 5000);
  const connected = Promise.all(
    [one, two].flatMap(it => [it, it.observer]).map(async emitter => {
      let state;
      while (state !== 'connected') [state] = await once(emitter, 'sctpstatechange');
    }),
  );
  await one.connect({ ip: '127.0.0.1', port: two.tuple.localPort });
  await two.connect({ ip: '127.0.0.1', port: one.tuple.localPort });
  assert.equal(one.sctpState, 'new');
  // From a direct transport over SCTP into another router's end, and out of a direct one.
  const direct = await owner.createDirectTransport();
  const source = await direct.produceData({ label: 'source' });
  const over = await one.consumeData({ dataProducerId: source.id });
  const { sctpStreamParameters } = over;
  const arrives = await two.produceData({ sctpStreamParameters, label: 'relayed' });
  const sink = await direct.consumeData({ dataProducerId: arrives.id });
  await connected;
  assert.equal(one.sctpState, 'connected');
  assert.ok(one.sctpNegotiatedCapabilities.negotiatedMaxOutboundStreams > 0);
  const message = once(sink, 'message');
  source.send('over SCTP');
  assert.equal((await message)[0].toString(), 'over SCTP');
});

test('the sound of a client is measured and told', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  await client.transport('send');
  const it = await owner.createAudioLevelObserver({ interval: 250 });
  const producer = await client.produce('audio');
  await it.addProducer({ producerId: producer.id });
  const [[{ producer: loud, volume }]] = await once(it, 'volumes');
  assert.equal(loud, producer);
  assert.ok(volume <= -28 && volume >= -32, String(volume));
});
