// Connectivity checks, as a peer makes them.

import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BINDING_REQUEST = 0x0001;
export const BINDING_SUCCESS = 0x0101;
const COOKIE = 0x2112a442;

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** A nominating check with the credentials of a transport (RFC 8445, section 7.1). */
export function check({ usernameFragment, password }) {
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
export function assertAccepts(request, answer) {
  assert.equal(answer.readUInt16BE(0), BINDING_SUCCESS);
  assert.deepEqual(answer.subarray(8, 20), request.subarray(8, 20));
}

/** A message as it is framed over TCP (RFC 4571). */
export function frame(message) {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(message.length);
  return Buffer.concat([prefix, message]);
}
