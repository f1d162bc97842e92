import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, VIDEO, everything, router, rtp } from './setup.mjs';

test('RTP flows over a direct transport under the names of the consumer', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
  const consumer = await transport.consume({
    producerId: producer.id,
    rtpCapabilities: everything(owner),
  });
  const received = [];
  consumer.on('rtp', packet => received.push(packet));
  const scored = once(producer, 'score');
  for (let i = 0; i < 10; i++) {
    producer.send(
      rtp({
        ssrc: 11111111,
        payloadType: 111,
        sequence: 100 + i,
        timestamp: 960 * i,
        payload: Buffer.from(`packet ${i}`),
      }),
    );
  }
  producer.send(Buffer.from('this is no RTP'));
  while (received.length < 10) await once(consumer, 'rtp');
  const [encoding] = consumer.rtpParameters.encodings;
  received.forEach((packet, i) => {
    assert.equal(packet.readUInt32BE(8), encoding.ssrc);
    assert.equal(packet[1] & 0x7f, consumer.rtpParameters.codecs[0].payloadType);
    assert.ok(packet.toString('latin1').endsWith(`packet ${i}`));
  });
  const [scores] = await scored;
  assert.deepEqual(scores, [{ encodingIdx: 0, ssrc: 11111111, rid: undefined, score: 10 }]);
  assert.deepEqual(producer.score, scores);

  const [sent] = await producer.getStats();
  assert.equal(sent.type, 'inbound-rtp');
  assert.equal(sent.ssrc, 11111111);
  assert.equal(sent.mimeType, 'audio/opus');
  assert.equal(sent.packetCount, 10);
  assert.equal(sent.score, 10);
  const [out, into] = await consumer.getStats();
  assert.equal(out.type, 'outbound-rtp');
  assert.equal(out.packetCount, 10);
  assert.equal(into.ssrc, 11111111);
  const [stream] = (await producer.dump()).rtpStreams;
  assert.equal(stream.params.ssrc, 11111111);
  assert.equal(stream.params.payloadType, 111);
  assert.equal(stream.params.useInBandFec, true);
  assert.equal(stream.params.useDtx, true);
  const [stats] = await transport.getStats();
  assert.ok(stats.rtpBytesReceived > 0 && stats.rtpBytesSent > 0);
});

test('a key frame is asked for by RTCP, and asked for again over RTCP', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produce({ kind: 'video', rtpParameters: VIDEO });
  const rtcp = once(transport, 'rtcp');
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  // An interframe of VP8: it makes the stream known, and a key frame wanted.
  const interframe = Buffer.from([0x10, 0x01, 0, 0, 0, 0]);
  producer.send(rtp({ ssrc: 22222222, payloadType: 112, sequence: 1, timestamp: 1, payload: interframe }));
  const [packet] = await rtcp;
  assert.equal(packet[0] & 0x1f, 1, 'PLI');
  assert.equal(packet[1], 206);
  assert.equal(packet.readUInt32BE(8), 22222222);
  // A PLI for the consumer's stream; the producer's statistics count what became of it.
  const pli = Buffer.alloc(12);
  pli[0] = 0x81;
  pli[1] = 206;
  pli.writeUInt16BE(2, 2);
  pli.writeUInt32BE(consumer.rtpParameters.encodings[0].ssrc, 8);
  transport.sendRtcp(pli);
  const [stats] = await consumer.getStats();
  assert.equal(stats.pliCount, 1);
  await assert.rejects(transport.setMaxIncomingBitrate(1), { name: 'UnsupportedError' });
});
