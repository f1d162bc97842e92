/** Why one's own picture is sent as it is, in words. */
import { bitrate } from './format';
import type { Limit, SentLayer } from './sent';

/** The worst first. */
const WORST: readonly Limit[] = ['cpu', 'bandwidth', 'other', 'none'];

/** What holds a picture back; null where the browser does not say. */
export function limitOf(layers: readonly SentLayer[]): Limit | null {
  return WORST.find((limit) => layers.some((layer) => layer.limit === limit)) ?? null;
}

export function sendingReason(layers: readonly SentLayer[], available: number | null): string {
  if (layers.length === 0) return 'No picture is sent.';
  const rate = bitrate(available);
  switch (limitOf(layers)) {
    case 'cpu':
      return 'This device is too busy to send more.';
    case 'bandwidth':
      return rate === null
        ? 'Your connection lets you send no more.'
        : `Your connection lets you send ${rate}.`;
    case 'other':
      return 'The browser holds it back.';
    case 'none':
      return 'Everything is sent as it should be.';
    case null:
      return 'The browser does not say what holds it back.';
  }
}

const LIMITS: Record<Limit, string | null> = {
  none: null,
  cpu: 'device busy',
  bandwidth: 'connection',
  other: 'browser',
};

/** What holds one layer back, in a word or two; null when nothing does. */
export function limitWord({ active, limit }: SentLayer): string | null {
  const word = limit === null ? null : LIMITS[limit];
  if (active) return word;
  return word === null ? 'off' : `off: ${word}`;
}
