import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { LOOPBACK, router } from './setup.mjs';

/** A direct transport with a data producer and a data consumer of it. */
async function direct(t, options = {}) {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const producer = await transport.produceData({ label: 'foo', protocol: 'bar' });
  const consumer = await transport.consumeData({ dataProducerId: producer.id, ...options });
  return { owner, transport, producer, consumer };
}

test('messages flow over a direct transport in order, with their kind', async t => {
  const { producer, consumer } = await direct(t);
  const received = [];
  const all = new Promise(resolve => {
    consumer.on('message', (message, ppid) => {
      received.push([message.toString(), ppid]);
      if (received.length === 103) resolve();
    });
  });
  for (let i = 0; i < 100; i++) producer.send(`message ${i}`);
  producer.send(Buffer.from('bytes'));
  producer.send('');
  producer.send(Buffer.alloc(0));
  await all;
  assert.deepEqual(received.slice(0, 100), Array.from({ length: 100 }, (_, i) => [`message ${i}`, 51]));
  assert.deepEqual(received.slice(100), [
    ['bytes', 53],
    [' ', 56],
    ['\0', 57],
  ]);
  const [sent] = await producer.getStats();
  assert.equal(sent.type, 'data-producer');
  assert.equal(sent.label, 'foo');
  assert.equal(sent.protocol, 'bar');
  assert.equal(sent.messagesReceived, 103);
  const [got] = await consumer.getStats();
  assert.equal(got.type, 'data-consumer');
  assert.equal(got.messagesSent, 103);
  assert.equal(got.bytesSent, sent.bytesReceived);
});

test('a message of the longest length passes, a longer one is dropped', async t => {
  const { producer, consumer } = await direct(t);
  producer.send(Buffer.alloc(262145));
  producer.send(Buffer.alloc(262144, 7));
  const [message] = await once(consumer, 'message');
  assert.equal(message.length, 262144);
  assert.ok(message.every(byte => byte === 7));
});

test('paused ends pass nothing on', async t => {
  const { producer, consumer } = await direct(t);
  const received = [];
  consumer.on('message', message => received.push(message.toString()));
  await consumer.pause();
  producer.send('consumer paused');
  await consumer.resume();
  const paused = once(consumer, 'dataproducerpause');
  await producer.pause();
  await paused;
  assert.equal((await consumer.dump()).dataProducerPaused, true);
  producer.send('producer paused');
  const resumed = once(consumer, 'dataproducerresume');
  await producer.resume();
  await resumed;
  producer.send('last');
  await once(consumer, 'message');
  assert.deepEqual(received, ['last']);
});

test('subchannels say who gets a message', async t => {
  const { producer, consumer } = await direct(t, { subchannels: [1, 11, 666] });
  assert.deepEqual(consumer.subchannels, [1, 11, 666]);
  await consumer.setSubchannels([1, 2]);
  await consumer.addSubchannel(3);
  await consumer.removeSubchannel(1);
  assert.deepEqual(consumer.subchannels.toSorted(), [2, 3]);
  assert.deepEqual((await consumer.dump()).subchannels, [2, 3]);
  const received = [];
  consumer.on('message', message => received.push(message.toString()));
  producer.send('to all');
  producer.send('to 2', undefined, [2]);
  producer.send('to 9', undefined, [9]);
  producer.send('to 2 with 9', undefined, [2], 9);
  producer.send('to all but 3', undefined, undefined, undefined, 3);
  producer.send('last');
  while (received.at(-1) !== 'last') await once(consumer, 'message');
  assert.deepEqual(received, ['to all', 'to 2', 'last']);
});

test('direct transports show themselves, and close with what is on them', async t => {
  const { owner, transport, producer, consumer } = await direct(t);
  assert.equal(transport.type, 'direct');
  const dump = await transport.dump();
  assert.deepEqual(dump.dataProducerIds, [producer.id]);
  assert.deepEqual(dump.dataConsumerIds, [consumer.id]);
  assert.equal(dump.maxSendMessageSize, 262144);
  const [stats] = await transport.getStats();
  assert.equal(stats.type, 'direct-transport');
  assert.equal(stats.transportId, transport.id);
  assert.deepEqual(await producer.dump(), {
    id: producer.id,
    paused: false,
    type: 'direct',
    sctpStreamParameters: undefined,
    label: 'foo',
    protocol: 'bar',
  });
  assert.equal((await consumer.dump()).dataProducerId, producer.id);
  assert.deepEqual((await owner.dump()).mapDataConsumerIdDataProducerId, [
    { key: consumer.id, value: producer.id },
  ]);
  const told = Promise.all([once(producer, 'transportclose'), once(consumer, 'transportclose')]);
  transport.close();
  await told;
});

test('a data consumer ends with its data producer', async t => {
  const { producer, consumer } = await direct(t);
  const closed = once(consumer, 'dataproducerclose');
  producer.close();
  await closed;
  await assert.rejects(consumer.dump(), { name: 'NotFoundError' });
});

test('what only SCTP can do is refused on a direct transport', async t => {
  const { consumer } = await direct(t);
  await assert.rejects(consumer.getBufferedAmount(), { name: 'TypeError', message: /invalid DataConsumer type/ });
  await assert.rejects(consumer.setBufferedAmountLowThreshold(1), { name: 'TypeError' });
  await assert.rejects(consumer.send('x'), { name: 'TypeError' });
});

test('data over SCTP is offered where SCTP is enabled', async t => {
  const { router: owner } = await router(t);
  const without = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  const sctpStreamParameters = { streamId: 7, ordered: false, maxPacketLifeTime: 5000 };
  await assert.rejects(without.produceData({ sctpStreamParameters }), /SCTP not enabled/);
  const transport = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK], enableSctp: true });
  const producer = await transport.produceData({ sctpStreamParameters, label: 'l' });
  const dump = await producer.dump();
  assert.equal(dump.type, 'sctp');
  assert.equal(dump.sctpStreamParameters.streamId, 7);
  assert.equal(dump.sctpStreamParameters.ordered, false);
  assert.equal(dump.sctpStreamParameters.maxPacketLifeTime, 5000);
  assert.deepEqual((await transport.dump()).sctpListener.streamIdTable, [{ key: 7, value: producer.id }]);
  const consumer = await transport.consumeData({ dataProducerId: producer.id });
  assert.equal(consumer.type, 'sctp');
  assert.equal(await consumer.getBufferedAmount(), 0);
  await consumer.setBufferedAmountLowThreshold(2000);
  assert.equal((await consumer.dump()).bufferedAmountLowThreshold, 2000);
});
