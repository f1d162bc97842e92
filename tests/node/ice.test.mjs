// Connectivity checks from sockets of this process: packets really go in and out.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { LOOPBACK, router } from './setup.mjs';
import { BINDING_SUCCESS, assertAccepts, check, frame } from './stun.mjs';

/** Sends a check by UDP; the local port that it left from. */
async function checkByUdp(t, transport) {
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  const request = check(transport.iceParameters);
  const { port } = transport.iceCandidates.find(it => it.protocol === 'udp');
  socket.send(request, port, '127.0.0.1');
  const [answer, from] = await once(socket, 'message');
  assertAccepts(request, answer);
  assert.equal(from.port, port);
  return socket.address().port;
}

test('a check by UDP completes ICE and selects the path under the announced address', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '0.0.0.0', announcedAddress: 'media.example.com' }],
  });
  const states = [];
  transport.on('icestatechange', state => states.push(state));
  const selected = once(transport, 'iceselectedtuplechange');
  const remotePort = await checkByUdp(t, transport);
  const [tuple] = await selected;
  assert.equal(tuple.localAddress, 'media.example.com');
  assert.equal(tuple.localPort, transport.iceCandidates[0].port);
  assert.equal(tuple.remoteIp, '127.0.0.1');
  assert.equal(tuple.remotePort, remotePort);
  assert.equal(tuple.protocol, 'udp');
  while (states.at(-1) !== 'completed') await once(transport, 'icestatechange');
  assert.equal(transport.iceState, 'completed');
  assert.equal((await transport.dump()).iceState, 'completed');
  const [stats] = await transport.getStats();
  assert.ok(stats.bytesReceived > 0 && stats.bytesSent > 0);
  assert.deepEqual(stats.iceSelectedTuple, tuple);
});

test('a check by TCP completes ICE too, over the port of a WebRTC server', async t => {
  const { worker, router: owner } = await router(t);
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: [LOOPBACK, { protocol: 'tcp', ip: '127.0.0.1' }],
  });
  const transport = await owner.createWebRtcTransport({ webRtcServer, enableTcp: true });
  const { port } = transport.iceCandidates.find(it => it.protocol === 'tcp');
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const request = check(transport.iceParameters);
  const selected = once(transport, 'iceselectedtuplechange');
  socket.write(frame(request));
  const [answer] = await once(socket, 'data');
  assert.equal(answer.readUInt16BE(0), answer.length - 2);
  assertAccepts(request, answer.subarray(2));
  const [tuple] = await selected;
  assert.equal(tuple.protocol, 'tcp');
  assert.equal(tuple.localPort, port);
  // The peer hangs up: the path is gone.
  const disconnected = once(transport, 'icestatechange').then(async ([state]) => {
    while (state !== 'disconnected') [state] = await once(transport, 'icestatechange');
  });
  socket.destroy();
  await disconnected;
});

test('transports of one server are told apart, and a wrong password changes nothing', async t => {
  const { worker, router: owner } = await router(t);
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const [first, second] = await Promise.all(
    [1, 2].map(() => owner.createWebRtcTransport({ webRtcServer })),
  );
  const stranger = dgram.createSocket('udp4');
  t.after(() => stranger.close());
  const { port } = first.iceCandidates[0];
  const { usernameFragment } = first.iceParameters;
  stranger.send(check({ usernameFragment, password: 'wrong' }), port, '127.0.0.1');
  const [refused] = await once(stranger, 'message');
  assert.notEqual(refused.readUInt16BE(0), BINDING_SUCCESS);
  const selected = once(second, 'iceselectedtuplechange');
  const remotePort = await checkByUdp(t, second);
  const [tuple] = await selected;
  assert.equal(tuple.remotePort, remotePort);
  assert.equal((await first.dump()).iceState, 'new');
});

test('credentials count at the sockets of their transport only', async t => {
  const { worker, router: owner } = await router(t);
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const served = await owner.createWebRtcTransport({ webRtcServer });
  const [own, other] = await Promise.all(
    [1, 2].map(() => owner.createWebRtcTransport({ listenInfos: [LOOPBACK] })),
  );
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  const port = it => it.iceCandidates[0].port;
  const wrong = [
    [own, other],
    [own, served],
    [served, own],
  ];
  for (const [transport, place] of wrong) socket.send(check(transport.iceParameters), port(place), '127.0.0.1');
  // Each is answered at its own place, and that is the first answer of all.
  for (const transport of [own, other, served]) {
    const request = check(transport.iceParameters);
    socket.send(request, port(transport), '127.0.0.1');
    const [answer, from] = await once(socket, 'message');
    assertAccepts(request, answer);
    assert.equal(from.port, port(transport));
  }
});

test('of too many paths the oldest that is not in use goes, with its connection', async t => {
  const { router: owner } = await router(t);
  const transport = await owner.createWebRtcTransport({ listenInfos: [{ protocol: 'tcp', ip: '127.0.0.1' }] });
  const { port } = transport.iceCandidates[0];
  const connect = async () => {
    const socket = net.connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.write(frame(check(transport.iceParameters)));
    await once(socket, 'data');
    return socket;
  };
  const first = await connect();
  const ended = once(first, 'close');
  const others = [];
  for (let count = 0; count < 8; count++) others.push(await connect());
  await ended;
  assert.ok(others.every(socket => !socket.destroyed));
  assert.equal(transport.iceState, 'completed');
});
