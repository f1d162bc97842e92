// Connectivity checks from sockets of this process: packets really go in and out.

import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import { LOOPBACK, router } from './setup.mjs';

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const COOKIE = 0x2112a442;

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** A nominating check with the credentials of a transport (RFC 8445, section 7.1). */
function check({ usernameFragment, password }) {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(1853824767);
  const attributes = [
    attribute(0x0006, Buffer.from(`${usernameFragment}:them`)),
    attribute(0x802a, randomBytes(8)), // ICE-CONTROLLING
    attribute(0x0024, priority),
    attribute(0x0025, Buffer.alloc(0)), // USE-CANDIDATE
  ];
  const head = Buffer.alloc(20);
  head.writeUInt16BE(BINDING_REQUEST, 0);
  head.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(head, 8);
  const add = (size, make) => {
    const length = attributes.reduce((sum, it) => sum + it.length, 0);
    head.writeUInt16BE(length + 4 + size, 2);
    attributes.push(make(Buffer.concat([head, ...attributes])));
  };
  add(20, it => attribute(0x0008, createHmac('sha1', password).update(it).digest()));
  add(4, it => {
    const value = Buffer.alloc(4);
    value.writeUInt32BE((crc32(it) ^ 0x5354554e) >>> 0);
    return attribute(0x8028, value);
  });
  return Buffer.concat([head, ...attributes]);
}

/** Asserts that `answer` accepts `request`. */
function assertAccepts(request, answer) {
  assert.equal(answer.readUInt16BE(0), BINDING_SUCCESS);
  assert.deepEqual(answer.subarray(8, 20), request.subarray(8, 20));
}

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
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(request.length);
  const selected = once(transport, 'iceselectedtuplechange');
  socket.write(Buffer.concat([prefix, request]));
  const [frame] = await once(socket, 'data');
  assert.equal(frame.readUInt16BE(0), frame.length - 2);
  assertAccepts(request, frame.subarray(2));
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
