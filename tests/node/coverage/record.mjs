// Notes what the tests of this process call, read and are told, and writes that to a file when the process ends.
//
// A call counts when a test made it, not when the library called itself, or `setup.mjs` did for a test. An event counts when it was emitted while a
// listener waited for it that a test had added.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';
import { CLASSES, keyOf } from './surface.mjs';

const require = createRequire(import.meta.url);
const library = dirname(require.resolve('mediasoup'));
const here = fileURLToPath(import.meta.url);
const emitterFile = join(library, 'enhancedEvents.js');
const { EnhancedEventEmitter } = require(emitterFile);

/** What was covered, and by which tests first. */
const covered = new Map();
let currentTest = '';

const folder = process.env.MISO_COVERAGE;
mkdirSync(folder, { recursive: true });
beforeEach(t => (currentTest = t.fullName ?? t.name));
process.on('exit', () => {
  const file = basename(process.argv[1]);
  writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify({ file, covered: [...covered] }));
});

function note(owner, kind, member) {
  const key = keyOf(owner, kind, member);
  if (currentTest !== '' && !covered.has(key)) covered.set(key, currentTest);
}

/** Whether a test, not the library or what tests share, called what called this. */
function isByTest() {
  const caller = getCallSites(12).find(({ scriptName }) => {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    return file !== here && file !== emitterFile && !file.startsWith('node:');
  });
  return caller !== undefined && caller.scriptName.endsWith('.test.mjs');
}

/** What an object is called in the declarations. */
const nameOf = object => object.constructor.name.replace(/Impl$/, '');

/** Whose observer an emitter is. */
const observers = new WeakMap();

function wrapMember(prototype, member, descriptor) {
  if (member === 'constructor' || member.startsWith('_')) return;
  const { get, set, value } = descriptor;
  const wrapped = { ...descriptor };
  if (get !== undefined) {
    wrapped.get = function () {
      const result = get.call(this);
      if (member === 'observer') observers.set(result, nameOf(this));
      if (isByTest()) note(nameOf(this), 'getter', member);
      return result;
    };
  }
  if (set !== undefined) {
    wrapped.set = function (given) {
      if (isByTest()) note(nameOf(this), 'setter', member);
      set.call(this, given);
    };
  }
  if (typeof value === 'function') {
    wrapped.value = function (...args) {
      if (isByTest()) note(nameOf(this), 'method', member);
      return value.apply(this, args);
    };
  }
  Object.defineProperty(prototype, member, wrapped);
}

const wrappedPrototypes = new Set();
for (const name of CLASSES) {
  let { prototype } = require(join(library, `${name}.js`))[`${name}Impl`];
  while (prototype !== EnhancedEventEmitter.prototype && !wrappedPrototypes.has(prototype)) {
    wrappedPrototypes.add(prototype);
    for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      wrapMember(prototype, member, descriptor);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
}

/** Events that a test waits for, by emitter. */
const awaited = new WeakMap();

for (const method of ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']) {
  const add = EnhancedEventEmitter.prototype[method];
  EnhancedEventEmitter.prototype[method] = function (event, listener) {
    if (isByTest()) {
      if (!awaited.has(this)) awaited.set(this, new Set());
      awaited.get(this).add(event);
    }
    return add.call(this, event, listener);
  };
}

for (const method of ['emit', 'safeEmit']) {
  const emit = EnhancedEventEmitter.prototype[method];
  EnhancedEventEmitter.prototype[method] = function (event, ...args) {
    if (this.listenerCount(event) > 0 && awaited.get(this)?.has(event)) {
      const owner = observers.get(this);
      if (owner === undefined) note(nameOf(this), 'event', event);
      else note(owner, 'observer event', event);
    }
    return emit.call(this, event, ...args);
  };
}

/** The library's module, noting what is used of it. */
export function recorded(module) {
  observers.set(module.observer, 'mediasoup');
  return new Proxy(module, {
    get(target, member) {
      if (isByTest()) note('mediasoup', 'export', member);
      return target[member];
    },
  });
}
