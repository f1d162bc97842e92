// The process itself, without the library's process handling: what it does with arguments and bytes that are wrong.

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_PAYLOAD, MessageBody, Method, Process, createRouter, fbs, framed, request } from './process.mjs';

const { ResourceUsageResponse } = fbs('worker');

test('exit codes say what was wrong at the start', async t => {
  const code = async options => (await new Process(t, options).exit)[0];
  assert.equal(await code({ env: {} }), 41);
  assert.equal(await code({ arguments: ['--logLevel=chicken'] }), 42);
  assert.equal(await code({ arguments: ['--chicken=1'] }), 42);
  assert.equal(await code({ arguments: ['--rtcMinPort=9', '--rtcMaxPort=8'] }), 42);
});

test('a worker whose parent closes the pipe ends normally', async t => {
  const it = new Process(t);
  await it.running();
  it.child.stdio[3].end();
  assert.deepEqual(await it.exit, [0, null]);
});

test('a pipe that is cut within a message ends the worker normally', async t => {
  const it = new Process(t);
  await it.running();
  it.child.stdio[3].end(request(1, Method.WORKER_DUMP).subarray(0, 11));
  assert.deepEqual(await it.exit, [0, null]);
});

test('requests are answered in their order, however the bytes come', async t => {
  const it = new Process(t);
  await it.running();
  const bytes = Buffer.concat([1, 2, 3].map(id => request(id, Method.WORKER_DUMP)));
  it.write(bytes.subarray(0, 3));
  it.write(bytes.subarray(3, 77));
  it.write(bytes.subarray(77));
  for (const id of [1, 2, 3]) {
    const response = await it.response();
    assert.equal(response.id(), id);
    assert.equal(response.accepted(), true);
  }
});

test('bytes that are no message are dropped with a log line', async t => {
  const it = new Process(t);
  await it.running();
  it.write(framed(Buffer.alloc(0)), framed(Buffer.from('this is no FlatBuffer at all')), framed(Buffer.alloc(100, 0xff)));
  it.write(request(7, Method.WORKER_DUMP));
  for (let line = 0; line < 3; line++) {
    assert.equal((await it.next()).dataType(), MessageBody.Log);
  }
  assert.equal((await it.response()).id(), 7);
});

test('a message damaged at any byte never ends the worker', async t => {
  const it = new Process(t, { arguments: ['--logLevel=none'] });
  await it.running();
  const whole = request(1, Method.ROUTER_DUMP, 'some router');
  for (let index = 4; index < whole.length; index++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const damaged = Buffer.from(whole);
      damaged[index] = value;
      it.write(damaged);
    }
  }
  it.write(request(4711, Method.WORKER_DUMP));
  let response;
  do response = await it.response();
  while (response.id() !== 4711);
  assert.equal(response.accepted(), true);
});

test('a message over the limit is passed over, and the next one is served', async t => {
  const it = new Process(t);
  await it.running();
  it.write(framed(Buffer.alloc(MAX_PAYLOAD + 1)), request(9, Method.WORKER_DUMP));
  assert.equal((await it.response()).id(), 9);
  assert.match(it.errors, /over the limit/);
});

test('requests that cannot be are refused in the words of the original', async t => {
  const it = new Process(t);
  await it.running();
  const refused = async bytes => {
    it.write(bytes);
    const response = await it.response();
    assert.equal(response.accepted(), false);
    return [response.error(), response.reason()];
  };
  assert.deepEqual(await refused(request(1, 200)), ['Error', "unknown method '200'"]);
  assert.deepEqual(await refused(request(2, Method.ROUTER_DUMP, 'nobody')), [
    'NotFoundError',
    'Channel request handler with ID nobody not found [method:router.dump]',
  ]);
  const [kind, reason] = await refused(request(3, Method.WORKER_CREATE_ROUTER));
  assert.equal(kind, 'TypeError');
  assert.match(reason, /malformed message/);
});

test('answers to a library that does not read wait in bounds, and none is lost', async t => {
  const it = new Process(t);
  await it.running();
  // A dump is some 220 KiB long: all together are 130 MiB, many times what the worker queues.
  const routers = 2000;
  const dumps = 600;
  for (let id = 1; id <= routers; id++) it.write(createRouter(id, `router-${id}`.padEnd(100, '.')));
  for (let id = 1; id <= routers; id++) assert.equal((await it.response()).id(), id);
  it.child.stdio[4].pause();
  for (let id = 1; id <= dumps; id++) it.write(request(routers + id, Method.WORKER_DUMP));
  it.write(request(5000, Method.WORKER_GET_RESOURCE_USAGE));
  // As long as another worker takes to start, nothing is read.
  await new Process(t).running();
  it.child.stdio[4].resume();
  for (let id = 1; id <= dumps; id++) assert.equal((await it.response()).id(), routers + id);
  const response = await it.response();
  assert.equal(response.id(), 5000);
  const kib = Number(response.body(new ResourceUsageResponse()).ruMaxrss());
  assert.ok(kib < 64 * 1024, `${kib} KiB`);
  it.child.stdio[3].end();
  assert.deepEqual(await it.exit, [0, null]);
});

test('an answer over the limit becomes an error', async t => {
  const it = new Process(t);
  await it.running();
  const routers = Math.ceil(MAX_PAYLOAD / 1000);
  for (let id = 1; id <= routers; id++) it.write(createRouter(id, `router-${id}`.padEnd(1000, '.')));
  for (let id = 1; id <= routers; id++) assert.equal((await it.response()).accepted(), true);
  it.write(request(99999, Method.WORKER_DUMP));
  const response = await it.response();
  assert.equal(response.id(), 99999);
  assert.equal(response.accepted(), false);
  assert.match(response.reason(), /too long for the channel/);
});
