import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { LOOPBACK, mediasoup, router, worker } from './setup.mjs';

test('a worker starts, reports itself and ends when it is closed', async t => {
  const it = await worker(t, { logTags: ['info', 'rtp'], rtcMinPort: 40000, rtcMaxPort: 49999 });
  assert.equal(it.closed, false);
  assert.deepEqual(await it.dump(), {
    pid: it.pid,
    webRtcServerIds: [],
    routerIds: [],
    channelMessageHandlers: { channelRequestHandlers: [], channelNotificationHandlers: [] },
  });
  assert.equal(it.subprocessClosed, false);
  it.close();
  await once(it, 'subprocessclose');
  assert.equal(it.subprocessClosed, true);
  assert.equal(it.died, false);
});

test('wrong settings are refused as such', async () => {
  await assert.rejects(mediasoup.createWorker({ logLevel: 'chicken' }), TypeError);
  await assert.rejects(mediasoup.createWorker({ rtcMinPort: 1000, rtcMaxPort: 999 }), TypeError);
  await assert.rejects(mediasoup.createWorker({ dtlsCertificateFile: '/notfound/cert.pem' }), TypeError);
  await assert.rejects(
    mediasoup.createWorker({ dtlsCertificateFile: '/n/cert.pem', dtlsPrivateKeyFile: '/n/key.pem' }),
    TypeError,
  );
});

test('resource usage is told, settings can be changed', async t => {
  const it = await worker(t);
  const usage = await it.getResourceUsage();
  assert.equal(Object.keys(usage).length, 16);
  assert.ok(usage.ru_maxrss > 0);
  await it.updateSettings({ logLevel: 'debug', logTags: ['ice'] });
  await assert.rejects(it.updateSettings({ logLevel: 'chicken' }), TypeError);
});

test('routers come and go', async t => {
  const { worker: owner, router: it } = await router(t);
  assert.deepEqual((await owner.dump()).routerIds, [it.id]);
  assert.deepEqual((await owner.dump()).channelMessageHandlers.channelRequestHandlers, [it.id]);
  assert.deepEqual(await it.dump(), {
    id: it.id,
    transportIds: [],
    rtpObserverIds: [],
    mapProducerIdConsumerIds: [],
    mapConsumerIdProducerId: [],
    mapProducerIdObserverIds: [],
    mapDataProducerIdDataConsumerIds: [],
    mapDataConsumerIdDataProducerId: [],
  });
  it.close();
  assert.deepEqual((await owner.dump()).routerIds, []);
  await assert.rejects(it.dump(), { name: 'NotFoundError' });
});

test('ten thousand routers leave nothing behind', async t => {
  const owner = await worker(t);
  const open = async () => {
    const all = await Promise.all(Array.from({ length: 1000 }, () => owner.createRouter()));
    assert.equal((await owner.dump()).routerIds.length, 1000);
    all.forEach(it => it.close());
    return (await owner.getResourceUsage()).ru_maxrss;
  };
  const first = await open();
  let last;
  for (let round = 1; round < 10; round++) last = await open();
  assert.ok(last < first + 4096, `from ${first} to ${last} KiB`);
  const { routerIds, channelMessageHandlers } = await owner.dump();
  assert.deepEqual(routerIds, []);
  assert.deepEqual(channelMessageHandlers.channelRequestHandlers, []);
});

test('closing a worker closes everything on it', async t => {
  const { worker: owner, router: it } = await router(t);
  const server = await owner.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const transport = await it.createWebRtcTransport({ webRtcServer: server });
  const told = Promise.all([
    once(it, 'workerclose'),
    once(server, 'workerclose'),
    once(transport, 'routerclose'),
  ]);
  owner.close();
  await told;
  assert.ok(it.closed && server.closed && transport.closed);
});

test('a killed worker is told as died, and nothing hangs', async t => {
  const { worker: owner, router: it } = await router(t);
  const died = once(owner, 'died');
  const closed = once(owner, 'subprocessclose');
  process.kill(owner.pid, 'SIGKILL');
  const [error] = await died;
  await closed;
  assert.match(error.message, /SIGKILL/);
  assert.ok(owner.closed && owner.died && it.closed);
  await assert.rejects(owner.dump(), { name: 'WorkerClosedError' });
});

test('a worker ends on SIGTERM and passes over SIGHUP', async t => {
  const owner = await worker(t);
  process.kill(owner.pid, 'SIGHUP');
  process.kill(owner.pid, 'SIGUSR1');
  assert.equal((await owner.dump()).pid, owner.pid);
  const died = once(owner, 'died');
  process.kill(owner.pid, 'SIGTERM');
  const [error] = await died;
  assert.match(error.message, /code:0/);
});
