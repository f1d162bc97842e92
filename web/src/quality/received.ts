/** What a browser says of media that it receives. */
import {
  entriesOf,
  num,
  ratesBetween,
  scaled,
  str,
  type Counters,
  type Entry,
  type Report,
} from './numbers';

export interface Received {
  codec: string | null;
  /** Bit/s. */
  bitrate: number | null;
  /** Share of packets lost since the reading before, 0 to 1. */
  loss: number | null;
  /** Milliseconds. */
  jitter: number | null;
  /** Milliseconds between arrival and playing. */
  delay: number | null;
  width: number | null;
  height: number | null;
  frameRate: number | null;
  /** Since the beginning. */
  freezes: number | null;
  keyFrames: number | null;
}

/** Null before anything has come. */
export function readReceived(
  report: Report,
  before: Counters | null,
): { figures: Received; counters: Counters } | null {
  const entries = entriesOf(report);
  const stream = entries.find(({ type }) => type === 'inbound-rtp');
  if (stream === undefined) return null;
  const counters = countersOf(stream);
  const { bitrate, loss, delay, frameRate } = ratesBetween(before, counters);
  const video = stream.kind === 'video';
  const figures: Received = {
    codec: codecName(entries, stream),
    bitrate,
    loss,
    jitter: scaled(num(stream.jitter), 1000),
    delay,
    width: num(stream.frameWidth),
    height: num(stream.frameHeight),
    frameRate: video ? (num(stream.framesPerSecond) ?? frameRate) : null,
    freezes: num(stream.freezeCount),
    keyFrames: num(stream.keyFramesDecoded),
  };
  return { figures, counters };
}

export function codecName(entries: readonly Entry[], stream: Entry): string | null {
  const codec = entries.find(({ id }) => id !== undefined && id === stream.codecId);
  return str(codec?.mimeType)?.split('/')[1] ?? null;
}

function countersOf(stream: Entry): Counters {
  const count = (name: string) => num(stream[name]) ?? 0;
  return {
    at: count('timestamp'),
    // Without headers, which browsers count together with padding.
    bytes: count('bytesReceived'),
    packets: count('packetsReceived'),
    lost: count('packetsLost'),
    frames: count('framesDecoded'),
    waited: count('jitterBufferDelay'),
    played: count('jitterBufferEmittedCount'),
  };
}
