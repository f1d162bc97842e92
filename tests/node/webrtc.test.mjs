import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { LOOPBACK, router } from './setup.mjs';

const FINGERPRINT = {
  algorithm: 'sha-256',
  value:
    '82:5A:68:3D:36:C3:0A:DE:AF:E7:32:43:D2:88:83:57:AC:2D:65:E5:80:C4:B6:FB:AF:1A:A0:21:9F:6D:0C:AD',
};

test('a WebRTC server listens and shows its transports', async t => {
  const { worker, router: owner } = await router(t);
  const server = await worker.createWebRtcServer({
    listenInfos: [LOOPBACK, { protocol: 'tcp', ip: '127.0.0.1', announcedAddress: 'media.example.com' }],
  });
  const empty = await server.dump();
  assert.equal(empty.udpSockets.length, 1);
  assert.equal(empty.udpSockets[0].ip, '127.0.0.1');
  assert.ok(empty.udpSockets[0].port >= 10000);
  assert.equal(empty.tcpServers.length, 1);
  assert.deepEqual(empty.webRtcTransportIds, []);

  const transport = await owner.createWebRtcTransport({ webRtcServer: server, enableTcp: true });
  assert.deepEqual(
    transport.iceCandidates.map(it => [it.protocol, it.address, it.port]),
    [
      ['udp', '127.0.0.1', empty.udpSockets[0].port],
      ['tcp', 'media.example.com', empty.tcpServers[0].port],
    ],
  );
  const dump = await server.dump();
  assert.deepEqual(dump.webRtcTransportIds, [transport.id]);
  assert.deepEqual(dump.localIceUsernameFragments, [
    { localIceUsernameFragment: transport.iceParameters.usernameFragment, webRtcTransportId: transport.id },
  ]);
  await assert.rejects(
    owner.createWebRtcTransport({ webRtcServer: server, enableUdp: false, enableTcp: false }),
    TypeError,
  );

  const told = once(transport, 'listenserverclose');
  server.close();
  await told;
  assert.deepEqual((await owner.dump()).transportIds, []);
  await assert.rejects(server.dump(), { name: 'NotFoundError' });
});

test('ports are taken, refused when taken, and free again', async t => {
  const { worker } = await router(t);
  const first = await worker.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const { port } = (await first.dump()).udpSockets[0];
  await assert.rejects(worker.createWebRtcServer({ listenInfos: [{ ...LOOPBACK, port }] }), Error);
  await assert.rejects(
    worker.createWebRtcServer({ listenInfos: [{ ...LOOPBACK, portRange: { min: port, max: port } }] }),
    /no more available ports/,
  );
  first.close();
  const again = await worker.createWebRtcServer({ listenInfos: [{ ...LOOPBACK, port }] });
  assert.equal((await again.dump()).udpSockets[0].port, port);
  await assert.rejects(worker.createWebRtcServer({ listenInfos: [] }), TypeError);
  await assert.rejects(
    worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: 'chicken' }] }),
    TypeError,
  );
});

test('a WebRTC transport shows what a peer needs', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createWebRtcTransport({
    listenInfos: [
      { ...LOOPBACK, announcedAddress: '9.9.9.1', exposeInternalIp: true },
      { protocol: 'tcp', ip: '127.0.0.1' },
    ],
    enableSctp: true,
    initialAvailableOutgoingBitrate: 800000,
  });
  assert.equal(it.iceRole, 'controlled');
  assert.equal(it.iceParameters.iceLite, true);
  assert.equal(it.iceState, 'new');
  assert.equal(it.dtlsState, 'new');
  assert.equal(it.dtlsParameters.role, 'auto');
  assert.equal(it.dtlsParameters.fingerprints.length, 5);
  assert.equal(it.sctpState, 'new');
  assert.equal(it.sctpParameters.port, 5000);
  assert.equal(it.sctpParameters.maxReceiveMessageSize, 262144);
  assert.deepEqual(
    it.iceCandidates.map(c => [c.address, c.protocol, c.type, c.tcpType]),
    [
      ['9.9.9.1', 'udp', 'host', undefined],
      ['127.0.0.1', 'udp', 'host', undefined],
      ['127.0.0.1', 'tcp', 'host', 'passive'],
    ],
  );
  const dump = await it.dump();
  assert.equal(dump.id, it.id);
  assert.deepEqual(dump.producerIds, []);
  assert.deepEqual(dump.iceCandidates.length, 3);
  assert.deepEqual(dump.traceEventTypes, []);
  assert.equal(dump.dtlsState, 'new');
  assert.deepEqual(dump.sctpListener.streamIdTable, []);

  const [stats] = await it.getStats();
  assert.equal(stats.type, 'webrtc-transport');
  assert.equal(stats.transportId, it.id);
  assert.equal(stats.iceState, 'new');
  assert.equal(stats.bytesReceived, 0);
  assert.equal(stats.sctpState, 'new');
});

test('a WebRTC transport is connected once, and restarts ICE', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  await assert.rejects(it.connect({}), TypeError);
  await assert.rejects(it.connect({ dtlsParameters: { fingerprints: [], role: 'client' } }), TypeError);
  await it.connect({ dtlsParameters: { fingerprints: [FINGERPRINT], role: 'client' } });
  assert.equal(it.dtlsParameters.role, 'server');
  await assert.rejects(
    it.connect({ dtlsParameters: { fingerprints: [FINGERPRINT], role: 'client' } }),
    /connect\(\) already called/,
  );
  const { usernameFragment } = it.iceParameters;
  const restarted = await it.restartIce();
  assert.notEqual(restarted.usernameFragment, usernameFragment);
  assert.equal((await it.dump()).iceParameters.usernameFragment, restarted.usernameFragment);
});

test('bitrates of a transport are limited, in the words of the original', async t => {
  const { router: owner } = await router(t);
  const it = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  await it.setMaxIncomingBitrate(1000000);
  await it.setMinOutgoingBitrate(100000);
  await it.setMaxOutgoingBitrate(2000000);
  const [stats] = await it.getStats();
  assert.deepEqual(
    [stats.maxIncomingBitrate, stats.minOutgoingBitrate, stats.maxOutgoingBitrate],
    [1000000, 100000, 2000000],
  );
  await assert.rejects(it.setMaxOutgoingBitrate(29999), {
    name: 'TypeError',
    message: /bitrate must be >= 30000 or 0 \(unlimited\)/,
  });
  await assert.rejects(it.setMaxOutgoingBitrate(99999), /current min outgoing bitrate/);
  await it.setMaxOutgoingBitrate(0);
});

test('closing a transport and a router is told, and frees what they had', async t => {
  const { worker, router: owner } = await router(t);
  const first = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  const second = await owner.createWebRtcTransport({ listenInfos: [LOOPBACK] });
  const observed = once(first.observer, 'close');
  first.close();
  await observed;
  await assert.rejects(first.dump(), { name: 'NotFoundError' });
  assert.deepEqual((await owner.dump()).transportIds, [second.id]);
  const told = once(second, 'routerclose');
  owner.close();
  await told;
  assert.deepEqual((await worker.dump()).channelMessageHandlers, {
    channelRequestHandlers: [],
    channelNotificationHandlers: [],
  });
});
