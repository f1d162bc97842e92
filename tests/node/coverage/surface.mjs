// What the installed library offers, read from its declarations: every method, getter, setter and event of every class
// that an application can hold, and what the module itself exports.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const library = dirname(createRequire(import.meta.url).resolve('mediasoup'));

/** Classes that an application holds. What they share is offered, and thus to be tested, by each. */
export const CLASSES = [
  'Worker',
  'WebRtcServer',
  'Router',
  'WebRtcTransport',
  'PlainTransport',
  'PipeTransport',
  'DirectTransport',
  'Producer',
  'Consumer',
  'DataProducer',
  'DataConsumer',
  'ActiveSpeakerObserver',
  'AudioLevelObserver',
];

function declarations(name) {
  return readFileSync(join(library, `${name}.d.ts`), 'utf8');
}

/** The declarations without those that are marked private, and without comments. */
function withoutPrivate(text) {
  return text
    .replace(/ *\/\*\*(?:(?!\*\/)[^])*?@private\n(?:(?!\*\/)[^])*?\*\/\n.*\n/g, '')
    .replace(/ *\/\*\*[^]*?\*\/\n/g, '');
}

/** The members of an interface and what it extends. */
function interfaceOf(name) {
  const text = withoutPrivate(declarations(`${name}Types`));
  const found = new RegExp(`^export interface ${name}<[^]*? extends (\\w+)<[^{]*\\{\\n([^]*?)^\\}`, 'm').exec(text);
  if (found === null) throw new Error(`the library declares no interface ${name}`);
  const [, base, body] = found;
  const members = [];
  for (const [, accessor, member] of body.matchAll(/^ {4}(?:(get|set) )?(\w+)[(<]/gm)) {
    const kind = { get: 'getter', set: 'setter' }[accessor] ?? 'method';
    members.push({ kind, member });
  }
  return { base, members };
}

/** The events of a type such as `WorkerEvents`, without those that the library keeps to itself. */
function eventsOf(owner, type) {
  const text = withoutPrivate(declarations(`${owner}Types`));
  const found = new RegExp(`^export type ${type} = (?:(\\w+)Events & )?\\{\\n([^]*?)^\\}`, 'm').exec(text);
  if (found === null) throw new Error(`the library declares no events ${type}`);
  const [, base, body] = found;
  const own = [...body.matchAll(/^ {4}(\w+): \[/gm)].map(([, event]) => event);
  if (base === undefined) return own;
  // A class whose own name ends so is no emitter of observers.
  const baseOwner = base === 'RtpObserver' ? base : base.replace(/Observer$/, '');
  return [...eventsOf(baseOwner, `${base}Events`), ...own];
}

/** What a class offers, with what it inherits. */
function classSurface(name) {
  const entries = new Map();
  const add = (kind, member) => entries.set(keyOf(name, kind, member), { owner: name, kind, member });
  let declaring = name;
  while (declaring !== 'EnhancedEventEmitter') {
    const { base, members } = interfaceOf(declaring);
    for (const { kind, member } of members) add(kind, member);
    declaring = base;
  }
  for (const event of eventsOf(name, `${name}Events`)) add('event', event);
  for (const event of eventsOf(name, `${name}ObserverEvents`)) add('observer event', event);
  return entries;
}

function moduleSurface() {
  const text = declarations('index').replace(/\/\*\*[^]*?\*\//g, '');
  const names = new Set();
  for (const [, name] of text.matchAll(/^export declare (?:const|function) (\w+)/gm)) names.add(name);
  for (const [, name] of text.matchAll(/^export \* as (\w+)/gm)) names.add(name);
  for (const [, list] of text.matchAll(/^export \{ ([^}]*) \}/gm)) names.add(list.split(' as ').at(-1));
  const entries = new Map();
  for (const member of names) entries.set(keyOf('mediasoup', 'export', member), { owner: 'mediasoup', kind: 'export', member });
  for (const event of eventsOf('index', 'ObserverEvents')) {
    entries.set(keyOf('mediasoup', 'observer event', event), { owner: 'mediasoup', kind: 'observer event', member: event });
  }
  return entries;
}

export function keyOf(owner, kind, member) {
  return `${owner} ${kind} ${member}`;
}

/** Everything, by its key. */
export function surface() {
  return new Map([moduleSurface(), ...CLASSES.map(classSurface)].flatMap(entries => [...entries]));
}
