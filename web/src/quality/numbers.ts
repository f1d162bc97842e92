/** Reading reports whose fields differ from browser to browser and may be missing. */

export type Entry = Readonly<Record<string, unknown>>;

/** An `RTCStatsReport`, or pairs that look like one. */
export type Report = Iterable<[string, unknown]>;

export function num(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function str(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}

export function entriesOf(report: Report): Entry[] {
  return Array.from(report, ([, entry]) => entry).filter(isEntry);
}

/** Counters of one stream at one moment. */
export interface Counters {
  /** Milliseconds. */
  at: number;
  bytes: number;
  packets: number;
  lost: number;
  frames: number;
  /** Seconds that all frames together have waited to be played, and how many have been. */
  waited: number;
  played: number;
}

/** What counters say of the time between two moments; null where they say nothing. */
export interface Rates {
  /** Bit/s. */
  bitrate: number | null;
  /** 0 to 1. */
  loss: number | null;
  /** Frames per second. */
  frameRate: number | null;
  /** Milliseconds that a frame waited to be played. */
  delay: number | null;
}

const UNKNOWN: Rates = { bitrate: null, loss: null, frameRate: null, delay: null };

/** Counters that start again, as after a new SSRC, give no negative rates. */
export function ratesBetween(before: Counters | null, now: Counters): Rates {
  if (before === null || now.at <= before.at) return UNKNOWN;
  const seconds = (now.at - before.at) / 1000;
  const more = (name: keyof Counters) => Math.max(0, now[name] - before[name]);
  const [lost, packets, played] = [more('lost'), more('packets'), more('played')];
  return {
    bitrate: (more('bytes') * 8) / seconds,
    loss: lost + packets === 0 ? null : lost / (lost + packets),
    frameRate: more('frames') / seconds,
    delay: played === 0 ? null : (more('waited') / played) * 1000,
  };
}
