// A worker process without the library's process handling: what it is told, and what it says.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const fbs = name => require(`./node_modules/mediasoup/node/lib/fbs/${name}.js`);
export const flatbuffers = require('flatbuffers');
export const { Message, Body: MessageBody } = fbs('message');
export const { Request, Method, Body: RequestBody } = fbs('request');
export const { Notification, Event } = fbs('notification');
const { Response } = fbs('response');
const { CreateRouterRequest } = fbs('worker');

export const MAX_PAYLOAD = 8388604;

/** A worker process and what it says. */
export class Process {
  constructor(t, { arguments: args = ['--logLevel=error'], env = { MEDIASOUP_VERSION: '3.27.1' } } = {}) {
    this.child = spawn(process.env.MEDIASOUP_WORKER_BIN, args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.exit = once(this.child, 'exit');
    this.errors = '';
    this.child.stderr.on('data', data => (this.errors += data));
    this.child.stdio[3].on('error', () => {});
    this.waiting = [];
    this.messages = [];
    let buffer = Buffer.alloc(0);
    this.child.stdio[4].on('data', data => {
      buffer = Buffer.concat([buffer, data]);
      while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32LE(0)) {
        const length = buffer.readUInt32LE(0);
        const bytes = new flatbuffers.ByteBuffer(new Uint8Array(buffer.subarray(4, 4 + length)));
        this.take(Message.getRootAsMessage(bytes));
        buffer = buffer.subarray(4 + length);
      }
    });
    t.after(() => this.child.kill('SIGKILL'));
  }

  take(message) {
    const waiting = this.waiting.shift();
    if (waiting) waiting(message);
    else this.messages.push(message);
  }

  /** The next message. */
  async next() {
    return this.messages.shift() ?? new Promise(resolve => this.waiting.push(resolve));
  }

  /** The next response, which must be the next message. */
  async response() {
    const message = await this.next();
    assert.equal(message.dataType(), MessageBody.Response);
    return message.data(new Response());
  }

  async running() {
    const message = await this.next();
    assert.equal(message.dataType(), MessageBody.Notification);
    const notification = message.data(new Notification());
    assert.equal(notification.event(), Event.WORKER_RUNNING);
    assert.equal(notification.handlerId(), String(this.child.pid));
  }

  write(...parts) {
    this.child.stdio[3].write(Buffer.concat(parts));
  }
}

export function framed(bytes) {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(bytes.length);
  return Buffer.concat([prefix, bytes]);
}

/** A request to make a router. */
export function createRouter(id, routerId) {
  const builder = new flatbuffers.Builder(128);
  const handler = builder.createString('');
  const body = CreateRouterRequest.createCreateRouterRequest(builder, builder.createString(routerId));
  const bodyType = RequestBody.Worker_CreateRouterRequest;
  const it = Request.createRequest(builder, id, Method.WORKER_CREATE_ROUTER, handler, bodyType, body);
  builder.finish(Message.createMessage(builder, MessageBody.Request, it));
  return framed(Buffer.from(builder.asUint8Array()));
}

/** A request without body. */
export function request(id, method, handlerId = '') {
  const builder = new flatbuffers.Builder(64);
  const handler = builder.createString(handlerId);
  const it = Request.createRequest(builder, id, method, handler, RequestBody.NONE, 0);
  builder.finish(Message.createMessage(builder, MessageBody.Request, it));
  return framed(Buffer.from(builder.asUint8Array()));
}
