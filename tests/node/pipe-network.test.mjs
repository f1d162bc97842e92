// Pipes over a network that can be watched and that loses packets.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test from 'node:test';
import { LOOPBACK, SIMULCAST, VIDEO, everything, routers, vp8 } from './setup.mjs';

const isRtcp = packet => packet[1] >= 192 && packet[1] <= 223;

/** A socket of a relay. */
async function socket(t) {
  const it = dgram.createSocket('udp4');
  t.after(() => it.close());
  it.bind(0, '127.0.0.1');
  await once(it, 'listening');
  return it;
}

/**
 * Two pipe transports that see each other only through a relay. `passes(packet, toThere)` says what it lets through;
 * a stranger's packets come from `stranger`.
 */
async function relayed(t, [one, two], options, passes = () => true) {
  const make = owner => owner.createPipeTransport({ listenInfo: LOOPBACK, ...options });
  const [here, there] = await Promise.all([one, two].map(make));
  const [atHere, atThere] = [await socket(t), await socket(t)];
  const relay = (from, to, transport, toThere) =>
    from.on('message', packet => {
      if (passes(packet, toThere)) to.send(packet, transport.tuple.localPort, '127.0.0.1');
    });
  relay(atHere, atThere, there, true);
  relay(atThere, atHere, here, false);
  const at = it => ({ ip: '127.0.0.1', port: it.address().port });
  await here.connect({ ...at(atHere), srtpParameters: there.srtpParameters });
  await there.connect({ ...at(atThere), srtpParameters: here.srtpParameters });
  return { here, there, stranger: await socket(t) };
}

/** A video producer in the first router that a pipe takes to the second. */
async function video(one, { here, there }, rtpParameters = VIDEO) {
  const source = await one.createDirectTransport();
  const producer = await source.produce({ kind: 'video', rtpParameters });
  const pipeConsumer = await here.consume({ producerId: producer.id });
  const { kind, rtpParameters: onPipe } = pipeConsumer;
  const pipeProducer = await there.produce({ id: producer.id, kind, rtpParameters: onPipe });
  return { source, producer, pipeConsumer, pipeProducer };
}

/** Packets that a consumer of a direct transport gets, in order of arrival. */
async function collect(owner, producerId) {
  const sink = await owner.createDirectTransport();
  const consumer = await sink.consume({ producerId, rtpCapabilities: everything(owner) });
  const received = [];
  consumer.on('rtp', packet => received.push(packet));
  received.reach = async count => {
    while (received.length < count) await once(consumer, 'rtp');
  };
  return received;
}

for (const enableSrtp of [false, true]) {
  test(`what a pipe loses is sent again as RTX, ${enableSrtp ? 'with' : 'without'} SRTP`, async t => {
    const [one, two] = await routers(t);
    const seen = [];
    let lost = 0;
    const passes = (packet, toThere) => {
      if (!toThere || isRtcp(packet)) return true;
      seen.push(packet);
      // Every fifth packet of the media, once.
      if (seen.length % 5 !== 0 || lost === 3) return true;
      lost++;
      return false;
    };
    const pipe = await relayed(t, [one, two], { enableRtx: true, enableSrtp }, passes);
    const { producer, pipeConsumer, pipeProducer } = await video(one, pipe);
    const [encoding] = pipeConsumer.rtpParameters.encodings;
    assert.ok(encoding.rtx.ssrc);
    const received = await collect(two, producer.id);
    for (let sequence = 1; sequence <= 20; sequence++) {
      producer.send(vp8({ ssrc: 22222222, sequence, keyFrame: sequence === 1, text: `picture ${sequence}` }));
    }
    await received.reach(20);
    assert.equal(lost, 3);
    const texts = received.map(it => it.toString('latin1').match(/picture \d+/)[0]);
    assert.equal(new Set(texts).size, 20);
    const numbers = received.map(it => it.readUInt16BE(2)).sort((a, b) => a - b);
    assert.equal(numbers.at(-1) - numbers[0], 19);
    // Media and RTX went by, readable only without SRTP.
    const ssrcs = new Set(seen.map(it => it.readUInt32BE(8)));
    assert.deepEqual(ssrcs, new Set([encoding.ssrc, encoding.rtx.ssrc]));
    assert.equal(seen.some(it => it.includes('picture')), !enableSrtp);

    const [sent] = await pipeConsumer.getStats();
    assert.ok(sent.packetsRetransmitted >= 3);
    assert.ok(sent.nackCount >= 1);
    const [got] = await pipeProducer.getStats();
    assert.ok(got.packetsRepaired >= 3);
    const [transport] = await pipe.here.getStats();
    assert.ok(transport.rtxBytesSent > 0);
    assert.ok((await pipe.there.getStats())[0].rtxBytesReceived > 0);
  });
}

test('a pipe takes every stream of a simulcast, and asks for key frames of each', async t => {
  const [one, two] = await routers(t);
  const pipe = await relayed(t, [one, two], {});
  const { source, producer, pipeConsumer, pipeProducer } = await video(one, pipe, SIMULCAST);
  assert.equal(pipeConsumer.rtpParameters.encodings.length, 3);
  assert.equal(pipeProducer.type, 'simulcast');
  const ssrcs = SIMULCAST.encodings.map(it => it.ssrc);
  // Key frames are wanted before anything passes.
  const asked = new Set();
  source.on('rtcp', packet => {
    if (packet[1] === 206) asked.add(packet.readUInt32BE(8));
  });
  for (const ssrc of ssrcs) producer.send(vp8({ ssrc, sequence: 1, keyFrame: false, text: 'delta' }));
  while (asked.size < 3) await once(source, 'rtcp');
  assert.deepEqual([...asked].sort(), ssrcs);

  for (let sequence = 2; sequence <= 6; sequence++) {
    for (const ssrc of ssrcs) {
      producer.send(vp8({ ssrc, sequence, keyFrame: sequence === 2, text: `picture ${sequence} of ${ssrc}` }));
    }
  }
  while (pipeProducer.score.length < 3) await once(pipeProducer, 'score');
  let streams;
  do {
    streams = await pipeProducer.getStats();
  } while (streams.some(it => it.packetCount < 5));
  assert.deepEqual(
    streams.map(it => [it.type, it.ssrc, it.packetCount]).sort(),
    pipeConsumer.rtpParameters.encodings.map(it => ['inbound-rtp', it.ssrc, 5]),
  );
  const sent = await pipeConsumer.getStats();
  assert.equal(sent.filter(it => it.type === 'outbound-rtp').length, 3);
  assert.equal((await pipeConsumer.dump()).rtpStreams.length, 3);
});

test('strangers change nothing at a pipe', async t => {
  const [one, two] = await routers(t);
  const pipe = await relayed(t, [one, two], {});
  const { producer, pipeProducer } = await video(one, pipe);
  const received = await collect(two, producer.id);
  const [{ ssrc }] = pipeProducer.rtpParameters.encodings;
  const { payloadType } = pipeProducer.rtpParameters.codecs[0];
  const { localPort } = pipe.there.tuple;
  const tuple = (await pipe.there.dump()).tuple;
  const injected = vp8({ ssrc, payloadType, sequence: 1, keyFrame: true, text: 'injected' });
  await new Promise(resolve => pipe.stranger.send(injected, localPort, '127.0.0.1', resolve));
  producer.send(vp8({ ssrc: 22222222, sequence: 1, keyFrame: true, text: 'picture' }));
  await received.reach(1);
  assert.ok(received[0].toString('latin1').endsWith('picture'));
  assert.deepEqual((await pipe.there.dump()).tuple, tuple);
  assert.equal((await pipeProducer.getStats())[0].packetCount, 1);
});
