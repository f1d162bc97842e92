// What goes wrong: requests that do not fit, ids that are taken, objects that are gone, processes that die.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import {
  Event,
  MAX_PAYLOAD,
  Message,
  MessageBody,
  Method,
  Notification,
  Process,
  Request,
  RequestBody,
  createRouter,
  flatbuffers,
  framed,
  request,
} from './process.mjs';
import { AUDIO, LOOPBACK, MEDIA_CODECS, everything, router } from './setup.mjs';

/** A request with a body of some type, whose table is empty. */
function withEmptyBody(id, method, handlerId, type) {
  const builder = new flatbuffers.Builder(64);
  const handler = builder.createString(handlerId);
  builder.startObject(0);
  const body = builder.endObject();
  const it = Request.createRequest(builder, id, method, handler, type, body);
  builder.finish(Message.createMessage(builder, MessageBody.Request, it));
  return framed(Buffer.from(builder.asUint8Array()));
}

/** A notification without body. */
function notification(handlerId, event) {
  const builder = new flatbuffers.Builder(64);
  const handler = builder.createString(handlerId);
  const it = Notification.createNotification(builder, handler, event, 0, 0);
  builder.finish(Message.createMessage(builder, MessageBody.Notification, it));
  return framed(Buffer.from(builder.asUint8Array()));
}

const numbers = table => Object.values(table).filter(it => typeof it === 'number');

test('every method refuses every body that is not its own, and nothing that has none of its fields', async t => {
  const it = new Process(t, { arguments: ['--logLevel=none'] });
  await it.running();
  it.write(createRouter(1, 'router'));
  assert.equal((await it.response()).accepted(), true);
  // These ask for nothing, or for a table without required fields.
  const own = [
    [Method.WORKER_DUMP],
    [Method.WORKER_GET_RESOURCE_USAGE],
    [Method.WORKER_UPDATE_SETTINGS, RequestBody.Worker_UpdateSettingsRequest],
    [Method.ROUTER_DUMP],
  ];
  let id = 1;
  for (const handlerId of ['', 'router']) {
    for (const method of numbers(Method)) {
      for (const type of numbers(RequestBody).filter(type => type !== RequestBody.NONE)) {
        it.write(withEmptyBody(++id, method, handlerId, type));
        const response = await it.response();
        assert.equal(response.id(), id);
        const isOwn = own.some(([m, body]) => m === method && (body === undefined || body === type));
        if (!isOwn) assert.equal(response.accepted(), false, `method ${method} body ${type}`);
      }
    }
  }
  it.write(request(++id, Method.ROUTER_DUMP, 'router'));
  assert.equal((await it.response()).accepted(), true);
});

test('an id is taken until its object is closed', async t => {
  const it = new Process(t);
  await it.running();
  it.write(createRouter(1, 'it'), createRouter(2, 'it'));
  assert.equal((await it.response()).accepted(), true);
  const refused = await it.response();
  assert.equal(refused.accepted(), false);
  assert.equal(refused.error(), 'Error');
  assert.match(refused.reason(), /^a Router with same routerId already exists/);
});

test('an id of the application is taken once in the whole worker, and free again', async t => {
  const { worker: owner, router: first } = await router(t);
  const second = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
  const [one, two] = [await first.createDirectTransport(), await second.createDirectTransport()];
  const produce = on => on.produce({ id: 'mine', kind: 'audio', rtpParameters: AUDIO });
  const producer = await produce(one);
  await assert.rejects(produce(one), TypeError);
  await assert.rejects(produce(two), { name: 'Error', message: /with ID mine already exists/ });
  await assert.rejects(two.produceData({ id: 'mine' }), { name: 'Error', message: /with ID mine already exists/ });
  producer.close();
  assert.equal((await produce(two)).id, 'mine');
});

test('objects that are gone are not found', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createDirectTransport();
  const webrtc = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: everything(owner) });
  const dataProducer = await transport.produceData();
  const dataConsumer = await transport.consumeData({ dataProducerId: dataProducer.id });
  const observer = await owner.createAudioLevelObserver();
  owner.close();
  const requests = [
    () => owner.dump(),
    () => owner.createDirectTransport(),
    () => transport.dump(),
    () => transport.getStats(),
    () => webrtc.restartIce(),
    () => webrtc.setMaxIncomingBitrate(0),
    () => transport.produceData(),
    () => producer.pause(),
    () => producer.getStats(),
    () => producer.enableTraceEvent(['rtp']),
    () => consumer.resume(),
    () => consumer.setPreferredLayers({ spatialLayer: 0 }),
    () => consumer.requestKeyFrame(),
    () => dataProducer.dump(),
    () => dataConsumer.send('x'),
    () => dataConsumer.addSubchannel(1),
    () => observer.pause(),
  ];
  for (const ask of requests) await assert.rejects(ask(), { name: 'NotFoundError' }, String(ask));
});

test('notifications that mean nothing are dropped with a log line each', async t => {
  const it = new Process(t);
  await it.running();
  it.write(createRouter(1, 'router'));
  assert.equal((await it.response()).accepted(), true);
  it.write(notification('nobody', Event.PRODUCER_SEND));
  it.write(notification('router', Event.TRANSPORT_SEND_RTCP));
  it.write(notification('router', Event.CONSUMER_RTP));
  it.write(notification('', 200));
  for (let line = 0; line < 4; line++) assert.equal((await it.next()).dataType(), MessageBody.Log);
  it.write(request(2, Method.ROUTER_DUMP, 'router'));
  assert.equal((await it.response()).accepted(), true);
});

test('a message of just the limit is taken, and dropped for what it is', async t => {
  const it = new Process(t);
  await it.running();
  it.write(framed(Buffer.alloc(MAX_PAYLOAD)), request(9, Method.WORKER_DUMP));
  assert.equal((await it.next()).dataType(), MessageBody.Log);
  assert.equal((await it.response()).id(), 9);
});

test('a worker without its pipes ends with 40 and says why', async () => {
  const child = spawn(process.env.MEDIASOUP_WORKER_BIN, [], {
    env: { MEDIASOUP_VERSION: '3.27.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', data => (errors += data));
  const [code] = await once(child, 'close');
  assert.equal(code, 40);
  assert.notEqual(errors, '');
});

test('a worker ends when its parent is killed', async t => {
  const script = `
    import { createWorker } from 'mediasoup';
    const worker = await createWorker();
    const server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'tcp', ip: '127.0.0.1' }] });
    process.stdout.write(JSON.stringify((await server.dump()).tcpServers[0].port));
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => parent.kill('SIGKILL'));
  const [port] = await once(parent.stdout, 'data');
  // The worker holds the other end of this connection for as long as it runs.
  const socket = net.connect(JSON.parse(port), '127.0.0.1');
  await once(socket, 'connect');
  const ended = new Promise(resolve => socket.on('error', () => {}).once('close', resolve));
  socket.resume();
  parent.kill('SIGKILL');
  await ended;
});

test('requests under way when a worker is killed are refused, and nothing hangs', async t => {
  const { worker: owner, router: it } = await router(t);
  const transport = await it.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  const closed = once(transport, 'routerclose');
  const died = once(owner, 'died');
  const ended = once(owner, 'subprocessclose');
  // So that none of them is answered before.
  process.kill(owner.pid, 'SIGSTOP');
  const asked = [owner.dump(), it.dump(), transport.getStats(), it.createDirectTransport()];
  const outcomes = Promise.allSettled(asked);
  process.kill(owner.pid, 'SIGKILL');
  await Promise.all([died, closed, ended]);
  for (const { status, reason } of await outcomes) {
    assert.equal(status, 'rejected');
    assert.equal(reason.name, 'WorkerClosedError');
  }
});
