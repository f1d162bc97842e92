/** Names of rooms and people. */

const HOW = [
  'amber', 'brave', 'bright', 'calm', 'clever', 'cosy', 'crisp', 'daring', 'eager', 'early',
  'fair', 'fresh', 'gentle', 'golden', 'happy', 'kind', 'lively', 'lucky', 'mellow', 'merry',
  'mild', 'misty', 'nimble', 'proud', 'quick', 'quiet', 'silver', 'snug', 'sunny', 'swift',
  'warm', 'wise',
]; // prettier-ignore

const WHAT = [
  'badger', 'bamboo', 'birch', 'brook', 'cedar', 'clover', 'comet', 'coral', 'crane', 'dune',
  'falcon', 'fern', 'finch', 'harbor', 'heron', 'island', 'kite', 'lantern', 'lynx', 'maple',
  'meadow', 'otter', 'pebble', 'pine', 'plum', 'raven', 'reed', 'robin', 'sparrow', 'thistle',
  'tulip', 'willow',
]; // prettier-ignore

/** Longest display name that is shown or sent, in UTF-16 units. */
export const MAX_NAME = 60;

export const UNNAMED = 'Guest';

/** A room name that can be read out over the phone, such as `calm-otter-417`. */
export function randomRoomName(random: Uint32Array = crypto.getRandomValues(new Uint32Array(3))) {
  const [a = 0, b = 0, c = 0] = random;
  return `${HOW[a % HOW.length]}-${WHAT[b % WHAT.length]}-${100 + (c % 900)}`;
}

/** Eight random letters and digits: this page's identity in the room. */
export function randomPeerId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}

/**
 * A name as it may be shown: one line, no control or text-direction characters that could disguise
 * the interface around it, never empty.
 */
export function cleanName(name: unknown): string {
  if (typeof name !== 'string') return UNNAMED;
  const plain = name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  const short = Array.from(plain).slice(0, MAX_NAME).join('').trim();
  return short === '' ? UNNAMED : short;
}

/** Up to two letters for an avatar. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => Array.from(word).find((c) => /[\p{L}\p{N}]/u.test(c)) ?? '');
  const [first = '?'] = letters;
  const last = letters.length > 1 ? (letters.at(-1) ?? '') : '';
  return (first + last).toUpperCase();
}

/** A stable hue in degrees for an id, to tell avatars apart. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 100_000;
  // The golden angle sets neighbours far apart.
  return Math.round((hash * 137.508) % 360);
}
