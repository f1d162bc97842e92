import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { LOOPBACK, MEDIA_CODECS, mediasoup, worker } from './setup.mjs';

const { version } = JSON.parse(readFileSync(new URL('./node_modules/mediasoup/package.json', import.meta.url)));

test('the module says who it is and which worker it starts', () => {
  assert.equal(mediasoup.version, version);
  assert.equal(mediasoup.workerBin, process.env.MEDIASOUP_WORKER_BIN);
});

test('a new worker is told to the observer of the module', async t => {
  const told = once(mediasoup.observer, 'newworker');
  const it = await worker(t);
  assert.deepEqual(await told, [it]);
});

test('a worker can be named in its settings, too', async t => {
  const it = await worker(t, { workerBin: process.env.MEDIASOUP_WORKER_BIN, appData: { foo: 1 } });
  assert.deepEqual(it.appData, { foo: 1 });
  await assert.rejects(mediasoup.createWorker({ workerBin: '/no/such/program' }), /ENOENT/);
});

test('what the library works out by itself does so beside this worker', () => {
  const { codecs } = mediasoup.getSupportedRtpCapabilities();
  assert.ok(codecs.some(it => it.mimeType === 'video/VP8'));
  assert.deepEqual(mediasoup.parseScalabilityMode('L3T2_KEY'), { spatialLayers: 3, temporalLayers: 2, ksvc: true });
  const { ortc } = mediasoup;
  const capabilities = ortc.generateRouterRtpCapabilities(MEDIA_CODECS);
  assert.deepEqual(
    capabilities.codecs.map(it => it.mimeType),
    ['audio/opus', 'video/VP8', 'video/rtx'],
  );
  assert.equal(typeof mediasoup.extras.enhancedOnce, 'function');
});

test('errors of the worker are those of the module', async t => {
  const it = await worker(t);
  const router = await it.createRouter();
  router.close();
  const { NotFoundError, WorkerClosedError, UnsupportedError } = mediasoup.errors;
  await assert.rejects(router.dump(), NotFoundError);
  await assert.rejects(it.createRouter({ mediaCodecs: [{ kind: 'audio', mimeType: 'audio/chicken', clockRate: 1 }] }), UnsupportedError);
  it.close();
  await assert.rejects(it.dump(), WorkerClosedError);
});

test('the log of the worker comes to the listeners of the module', async t => {
  const lines = [];
  const listen = level => (namespace, line) => lines.push([level, namespace, line]);
  mediasoup.setLogEventListeners({ ondebug: listen('debug'), onwarn: listen('warn'), onerror: listen('error') });
  t.after(() => mediasoup.setLogEventListeners());
  const it = await worker(t, { logLevel: 'warn' });
  const router = await it.createRouter();
  router.close();
  // What is refused is told with a line.
  await assert.rejects(router.dump());
  const found = lines.find(([level, , line]) => level === 'warn' && line.includes(`[pid:${it.pid}]`));
  assert.ok(found, JSON.stringify(lines));
  assert.match(found[2], /router\.dump/);
});
