import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { everyMessage, joined, router, routers } from './setup.mjs';

/** A data producer of this process in the first router, piped into the second. */
async function piped(t, options = {}) {
  const [one, two] = await routers(t);
  const source = await one.createDirectTransport();
  const producer = await source.produceData({ label: 'foo', protocol: 'bar', appData: { a: 1 } });
  const pipe = await one.pipeToRouter({ dataProducerId: producer.id, router: two, ...options });
  const sink = await two.createDirectTransport();
  return { one, two, producer, sink, ...pipe };
}

test('messages of a data producer cross from one worker to the next, and to a third', async t => {
  const { two, producer, sink, pipeDataConsumer, pipeDataProducer } = await piped(t);
  assert.equal(pipeDataConsumer.type, 'sctp');
  assert.equal(pipeDataConsumer.dataProducerId, producer.id);
  assert.equal(pipeDataProducer.id, producer.id);
  assert.equal(pipeDataProducer.type, 'sctp');
  assert.equal(pipeDataProducer.label, 'foo');
  assert.equal(pipeDataProducer.protocol, 'bar');
  assert.deepEqual(pipeDataProducer.appData, { a: 1 });
  assert.deepEqual(pipeDataProducer.sctpStreamParameters, pipeDataConsumer.sctpStreamParameters);

  const { router: three } = await router(t);
  await two.pipeToRouter({ dataProducerId: producer.id, router: three });
  const farSink = await three.createDirectTransport();
  const near = everyMessage(await sink.consumeData({ dataProducerId: producer.id }));
  const far = everyMessage(await farSink.consumeData({ dataProducerId: producer.id }));

  const long = Buffer.alloc(200000, 7);
  producer.send('text');
  producer.send(Buffer.from('bytes'));
  producer.send('');
  producer.send(long);
  // It begins like what stands before messages that are not for everyone.
  const deceptive = Buffer.from('a5f09cb3d6e1f28fffff0001', 'hex');
  producer.send(deceptive);
  for (const received of [near, far]) {
    while (received.length < 5) await received.more();
    assert.deepEqual([...received], [
      ['text', 51],
      ['bytes', 53],
      [' ', 56],
      [long.toString(), 53],
      [deceptive.toString(), 53],
    ]);
  }
  const [got] = await pipeDataProducer.getStats();
  assert.equal(got.messagesReceived, 5);
  const [sent] = await pipeDataConsumer.getStats();
  assert.equal(sent.messagesSent, 5);
  assert.equal(sent.bytesSent, got.bytesReceived);
});

test('subchannels hold behind a pipe, too', async t => {
  const { producer, sink, pipeDataConsumer } = await piped(t);
  const subscribed = async subchannels =>
    everyMessage(await sink.consumeData({ dataProducerId: producer.id, subchannels }));
  const [none, one, both] = [await subscribed([]), await subscribed([1]), await subscribed([1, 2])];
  const texts = received => received.map(([text]) => text);
  const flush = async () => {
    for (const received of [none, one, both]) {
      while (received.at(-1)?.[0] !== 'last') await received.more();
    }
    const all = [none, one, both].map(texts);
    for (const received of [none, one, both]) received.length = 0;
    return all;
  };

  producer.send('all');
  producer.send('1', undefined, [1]);
  producer.send('2', undefined, [2, 3]);
  producer.send('1 with 2', undefined, [1], 2);
  producer.send('with 2', undefined, undefined, 2);
  producer.send('not 2', undefined, undefined, undefined, 2);
  producer.send('1 but not 2', undefined, [1], undefined, 2);
  producer.send('last');
  assert.deepEqual(await flush(), [
    ['all', 'not 2', 'last'],
    ['all', '1', 'not 2', '1 but not 2', 'last'],
    ['all', '1', '2', '1 with 2', 'with 2', 'last'],
  ]);

  // The pipe itself subscribes: what it did not subscribe to does not cross.
  await pipeDataConsumer.setSubchannels([2]);
  producer.send('1', undefined, [1]);
  producer.send('1 or 2', undefined, [1, 2]);
  producer.send('2 with 1', undefined, [2], 1);
  producer.send('last');
  assert.deepEqual(await flush(), [['last'], ['last'], ['1 or 2', 'last']]);
  assert.deepEqual((await pipeDataConsumer.dump()).subchannels, [2]);
});

test('a pipe may give a data producer another id, even on the same worker', async t => {
  const { worker: owner, router: one } = await router(t);
  const two = await owner.createRouter();
  const producer = await (await one.createDirectTransport()).produceData();
  await assert.rejects(one.pipeToRouter({ dataProducerId: producer.id, router: two }), { name: 'Error' });
  const { pipeDataProducer } = await one.pipeToRouter({ dataProducerId: producer.id, router: two, keepId: false });
  assert.notEqual(pipeDataProducer.id, producer.id);
  const sink = await two.createDirectTransport();
  const consumer = await sink.consumeData({ dataProducerId: pipeDataProducer.id });
  producer.send('text');
  const [message] = await once(consumer, 'message');
  assert.equal(message.toString(), 'text');
});

test('a piped data producer ends with its origin, and the origin\'s pipe with it', async t => {
  for (const endsFirst of ['producer', 'pipeDataConsumer', 'pipeDataProducer']) {
    const all = await piped(t);
    const consumer = await all.sink.consumeData({ dataProducerId: all.pipeDataProducer.id });
    const ended = once(consumer, 'dataproducerclose');
    all[endsFirst].close();
    await ended;
    assert.ok(all.pipeDataConsumer.closed);
    assert.ok(all.pipeDataProducer.closed);
    assert.equal(all.producer.closed, endsFirst === 'producer');
  }
});

test('what a pipe cannot do with data is refused', async t => {
  const [one, two] = await routers(t);
  const producer = await (await one.createDirectTransport()).produceData();
  const pipe = options => one.pipeToRouter({ dataProducerId: producer.id, router: two, ...options });
  await assert.rejects(pipe({ dataProducerId: 'nobody' }), { name: 'NotFoundError' });
  await assert.rejects(pipe({ enableSctp: false }), /SCTP not enabled/);
});

test('the association of a pipe begins with its first data, and tells what it can', async t => {
  const [one, two] = await routers(t);
  const { here, there } = await joined(one, two, { enableSctp: true });
  assert.deepEqual([here.sctpState, there.sctpState], ['new', 'new']);
  const states = [];
  here.on('sctpstatechange', state => states.push(state));
  const producer = await (await one.createDirectTransport()).produceData();
  const consumer = await here.consumeData({ dataProducerId: producer.id, ordered: false, maxRetransmits: 3 });
  assert.equal(consumer.sctpStreamParameters.ordered, false);
  assert.equal(consumer.sctpStreamParameters.maxRetransmits, 3);
  while (here.sctpState !== 'connected') await once(here, 'sctpstatechange');
  while (there.sctpState !== 'connected') await once(there, 'sctpstatechange');
  assert.equal(states[0], 'connecting');
  assert.equal(states.at(-1), 'connected');
  const all = { negotiatedMaxOutboundStreams: 65535, negotiatedMaxInboundStreams: 65535 };
  assert.deepEqual(here.sctpNegotiatedCapabilities, all);
  assert.equal((await there.getStats())[0].sctpState, 'connected');
  const { sctpStreamParameters } = consumer;
  const piped = await there.produceData({ sctpStreamParameters });
  assert.deepEqual((await there.dump()).sctpListener.streamIdTable, [
    { key: sctpStreamParameters.streamId, value: piped.id },
  ]);
  await assert.rejects(there.produceData({ sctpStreamParameters }), /streamId already exists in SCTP listener/);

  const ended = once(there, 'sctpstatechange');
  here.close();
  assert.equal(here.sctpState, 'closed');
  assert.deepEqual(await ended, ['closed']);
});

test('the sizes of a pipe hold for messages with what stands before them', async t => {
  const sizes = { maxSendMessageSize: 100, maxReceiveMessageSize: 200 };
  const { producer, sink, pipeDataConsumer } = await piped(t, sizes);
  await assert.rejects(pipeDataConsumer.send(Buffer.alloc(101)), {
    name: 'TypeError',
    message: /given message exceeds maxMessageSize value/,
  });
  // Twelve bytes with one subchannel.
  const received = everyMessage(await sink.consumeData({ dataProducerId: producer.id, subchannels: [1] }));
  producer.send(Buffer.alloc(89), undefined, [1]);
  producer.send(Buffer.alloc(88, 1), undefined, [1]);
  while (received.length < 1) await received.more();
  assert.equal(received[0][0].length, 88);
});
