// WebRTC with a real peer: ICE, DTLS, SRTP and SCTP between the worker and a client on another stack.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Client } from './client.mjs';
import { router } from './setup.mjs';

/** Waits until an emitter has told of this state. */
async function reaches(emitter, event, wanted) {
  for (;;) {
    const [state] = await once(emitter, event);
    if (state === wanted) return;
  }
}

test('transports connect, and tell how they are doing', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  const it = await client.transport('send');
  const told = Promise.all([
    reaches(it, 'icestatechange', 'completed'),
    reaches(it.observer, 'icestatechange', 'completed'),
    reaches(it, 'dtlsstatechange', 'connected'),
    reaches(it.observer, 'dtlsstatechange', 'connected'),
    once(it.observer, 'iceselectedtuplechange'),
  ]);
  await client.produce('audio');
  await told;
  assert.equal(it.dtlsState, 'connected');
  assert.equal(it.dtlsParameters.role, 'server');
  assert.match(it.dtlsRemoteCert, /^-----BEGIN CERTIFICATE-----\n/);
  assert.equal(it.iceSelectedTuple.localAddress, '127.0.0.1');
  assert.equal(it.iceSelectedTuple.localPort, it.iceCandidates[0].port);
  const dump = await it.dump();
  assert.equal(dump.dtlsState, 'connected');
  const [stats] = await it.getStats();
  assert.deepEqual(stats.iceSelectedTuple, it.iceSelectedTuple);
});

test('sound and pictures go from one client to another, and are measured', async t => {
  const { router: owner } = await router(t);
  const [ann, bob] = [await Client.start(t, owner), await Client.start(t, owner)];
  const sending = await ann.transport('send');
  const receiving = await bob.transport('recv');
  for (const kind of ['audio', 'video']) {
    const producer = await ann.produce(kind);
    const consumer = await bob.consume(receiving, producer);
    assert.ok((await bob.frames(consumer)) >= 10);
    const [received] = await producer.getStats();
    assert.equal(received.kind, kind);
    assert.ok(received.packetCount >= 10 && received.bitrate > 0 && received.score === 10, JSON.stringify(received));
    const [sent, source] = await consumer.getStats();
    assert.ok(sent.packetCount >= 10 && sent.byteCount > 0, JSON.stringify(sent));
    assert.equal(source.ssrc, received.ssrc);
  }
  const [into] = await sending.getStats();
  const [out] = await receiving.getStats();
  assert.ok(into.rtpBytesReceived > 0 && into.rtpRecvBitrate > 0);
  assert.ok(out.rtpBytesSent > 0 && out.rtpSendBitrate > 0);
});

test('pictures stop while they are paused, and begin again with a key frame', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  await client.transport('send');
  const receiving = await client.transport('recv');
  const producer = await client.produce('video');
  const consumer = await client.consume(receiving, producer);
  await client.frames(consumer);
  for (const paused of [producer, consumer]) {
    await paused.pause();
    const { packetCount } = (await consumer.getStats())[0];
    const [before] = await producer.getStats();
    // What the sender sends meanwhile is counted where it arrives, and goes no further.
    let now = before;
    while (now.packetCount < before.packetCount + 30) [now] = await producer.getStats();
    assert.equal((await consumer.getStats())[0].packetCount, packetCount);
    await paused.resume();
    await client.frames(consumer);
    const [after] = await producer.getStats();
    assert.ok(after.pliCount > before.pliCount, `${before.pliCount} to ${after.pliCount}`);
  }
});

test('media goes on with new ICE credentials', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  await client.transport('send');
  const receiving = await client.transport('recv');
  const consumer = await client.consume(receiving, await client.produce('audio'));
  await client.frames(consumer);
  await client.ask('restartIce', await receiving.restartIce());
  await client.frames(consumer, 50);
  assert.equal((await receiving.dump()).iceState, 'completed');
});

test('messages go from one client to another over SCTP', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  const sending = await client.transport('send', { enableSctp: true });
  const receiving = await client.transport('recv', { enableSctp: true });
  const told = Promise.all([
    reaches(sending, 'sctpstatechange', 'connected'),
    reaches(sending.observer, 'sctpstatechange', 'connected'),
  ]);
  const producer = await client.produceData('chat');
  await told;
  assert.equal(sending.sctpState, 'connected');
  assert.ok(sending.sctpNegotiatedCapabilities.negotiatedMaxOutboundStreams > 0);
  assert.equal(producer.label, 'chat');
  const consumer = await client.consumeData(receiving, producer);
  const arrived = once(client, 'message');
  await client.ask('send', { id: producer.id, text: 'Grüße 🎈' });
  assert.deepEqual(await arrived, [{ id: consumer.id, text: 'Grüße 🎈', length: 12 }]);
  const [sent] = await producer.getStats();
  assert.deepEqual([sent.messagesReceived, sent.bytesReceived], [1, 12]);
  const [got] = await consumer.getStats();
  assert.deepEqual([got.messagesSent, got.bytesSent], [1, 12]);
});

test('messages of the application itself reach a client, and are told when they have left', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  await client.transport('send', { enableSctp: true });
  const receiving = await client.transport('recv', { enableSctp: true });
  const direct = await owner.createDirectTransport();
  const producer = await direct.produceData({ label: 'bot' });
  const consumer = await client.consumeData(receiving, producer);
  const fromBot = once(client, 'message');
  producer.send('to all');
  assert.deepEqual(await fromBot, [{ id: consumer.id, text: 'to all', length: 6 }]);
  // To this one alone, and so much of it that it must wait.
  await consumer.setBufferedAmountLowThreshold(1000);
  const low = once(consumer, 'bufferedamountlow');
  let arrived = 0;
  const all = new Promise(resolve => client.on('message', () => ++arrived === 20 && resolve()));
  const amounts = await Promise.all(Array.from({ length: 20 }, () => consumer.send('x'.repeat(60000))));
  assert.ok(amounts.some(amount => amount > 1000), String(amounts));
  const [amount] = await low;
  assert.ok(amount <= 1000);
  await all;
  assert.ok((await consumer.getBufferedAmount()) <= 1000);
});

test('a queue that is full refuses messages, and says so', async t => {
  const { router: owner } = await router(t);
  const client = await Client.start(t, owner);
  await client.transport('send', { enableSctp: true });
  const receiving = await client.transport('recv', { enableSctp: true, sctpSendBufferSize: 100000 });
  const direct = await owner.createDirectTransport();
  const producer = await direct.produceData({ label: 'bot' });
  const consumer = await client.consumeData(receiving, producer);
  const full = once(consumer, 'sctpsendbufferfull');
  const sent = await Promise.allSettled(Array.from({ length: 50 }, () => consumer.send('x'.repeat(60000))));
  await full;
  const refused = sent.filter(it => it.status === 'rejected');
  assert.ok(refused.length > 0);
  assert.match(refused[0].reason.message, /sctpsendbufferfull/);
});
