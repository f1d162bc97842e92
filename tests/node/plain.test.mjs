import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, everything, router, rtp } from './setup.mjs';

/** A socket of a peer. */
async function peer(t) {
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

const packet = sequence =>
  rtp({ ssrc: 11111111, payloadType: 111, sequence, timestamp: 960 * sequence, payload: Buffer.from(`packet ${sequence}`) });

test('plain transports show their sockets, and have two without rtcpMux', async t => {
  const { router: owner } = await router(t);
  const one = await owner.createPlainTransport({ listenInfo: { ...LOOPBACK, announcedAddress: '9.9.9.9' } });
  assert.equal(one.tuple.localAddress, '9.9.9.9');
  assert.ok(one.tuple.localPort >= 10000);
  assert.equal(one.rtcpTuple, undefined);
  const two = await owner.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: false, enableSctp: true });
  assert.notEqual(two.tuple.localPort, two.rtcpTuple.localPort);
  assert.equal(two.sctpState, 'new');
  const dump = await two.dump();
  assert.equal(dump.rtcpMux, false);
  assert.equal(dump.comedia, false);
  assert.equal(dump.tuple.localPort, two.tuple.localPort);
  assert.equal(dump.rtcpTuple.localPort, two.rtcpTuple.localPort);
  const [stats] = await two.getStats();
  assert.equal(stats.type, 'plain-rtp-transport');
  assert.equal(stats.rtcpTuple.localPort, two.rtcpTuple.localPort);
  await assert.rejects(owner.createPlainTransport({ listenInfo: { protocol: 'tcp', ip: '127.0.0.1' } }), {
    name: 'TypeError',
    message: /unsupported listen protocol/,
  });
  const { localPort: port } = one.tuple;
  one.close();
  const again = await owner.createPlainTransport({ listenInfo: { ...LOOPBACK, port } });
  assert.equal(again.tuple.localPort, port);
});

test('RTP comes from a learnt address and goes to a told one', async t => {
  const { router: owner } = await router(t);
  const from = await owner.createPlainTransport({ listenInfo: LOOPBACK, comedia: true });
  const to = await owner.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '0.0.0.0' } });
  const producer = await from.produce({ kind: 'audio', rtpParameters: { ...AUDIO, mid: undefined } });
  const receiver = await peer(t);
  await to.connect({ ip: '127.0.0.1', port: receiver.address().port });
  await assert.rejects(to.connect({ ip: '127.0.0.1', port: 1 }), /connect\(\) already called/);
  assert.equal(to.tuple.remotePort, receiver.address().port);
  const consumer = await to.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const received = [];
  receiver.on('message', message => {
    if (message[1] < 192 || message[1] > 223) received.push(message);
  });

  const sender = await peer(t);
  const learnt = once(from, 'tuple');
  for (let sequence = 1; sequence <= 5; sequence++) sender.send(packet(sequence), from.tuple.localPort, '127.0.0.1');
  const [tuple] = await learnt;
  assert.equal(tuple.remotePort, sender.address().port);
  assert.equal(from.tuple.remotePort, sender.address().port);
  while (received.length < 5) await once(receiver, 'message');
  assert.equal(received[0].readUInt32BE(8), consumer.rtpParameters.encodings[0].ssrc);
  assert.ok(received[0].toString('latin1').endsWith('packet 1'));

  // A stranger moves nothing.
  const stranger = await peer(t);
  stranger.send(packet(6), from.tuple.localPort, '127.0.0.1');
  sender.send(packet(7), from.tuple.localPort, '127.0.0.1');
  while (received.length < 6) await once(receiver, 'message');
  assert.ok(received[5].toString('latin1').endsWith('packet 7'));
  assert.equal((await from.dump()).tuple.remotePort, sender.address().port);
});

test('SRTP keys are given and taken', async t => {
  const { router: owner } = await router(t);
  const options = { listenInfo: LOOPBACK, enableSrtp: true, srtpCryptoSuite: 'AEAD_AES_256_GCM' };
  const one = await owner.createPlainTransport(options);
  const two = await owner.createPlainTransport(options);
  assert.equal(one.srtpParameters.cryptoSuite, 'AEAD_AES_256_GCM');
  assert.equal(one.srtpParameters.keyBase64.length, 60);
  const address = it => ({ ip: '127.0.0.1', port: it.tuple.localPort });
  await assert.rejects(one.connect(address(two)), /missing srtpParameters \(SRTP enabled\)/);
  await assert.rejects(
    one.connect({ ...address(two), srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: '!' } }),
    { name: 'TypeError' },
  );
  await one.connect({ ...address(two), srtpParameters: two.srtpParameters });
  await two.connect({ ...address(one), srtpParameters: one.srtpParameters });
  // From a direct transport by SRTP to the other plain transport and out of another direct one.
  const source = await owner.createDirectTransport();
  const producer = await source.produce({ kind: 'audio', rtpParameters: AUDIO });
  const consumer = await one.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const relayed = await two.produce({ kind: 'audio', rtpParameters: consumer.rtpParameters });
  const sink = await source.consume({ producerId: relayed.id, rtpCapabilities: everything(owner) });
  const arrived = once(sink, 'rtp');
  producer.send(packet(1));
  const [it] = await arrived;
  assert.ok(it.toString('latin1').endsWith('packet 1'));
});
