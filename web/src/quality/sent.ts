/** What a browser says of media that it sends, layer by layer. */
import { codecName } from './received';
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

/** Why the browser sends less than it was asked to. */
export type Limit = 'none' | 'cpu' | 'bandwidth' | 'other';

/** One RTP stream: a layer of simulcast, or all there is. */
export interface SentLayer {
  /** Its RID, or its SSRC where there is none. */
  id: string;
  codec: string | null;
  /** False while the browser has switched the layer off. */
  active: boolean;
  bitrate: number | null;
  width: number | null;
  height: number | null;
  frameRate: number | null;
  scalabilityMode: string | null;
  limit: Limit | null;
  /** As the server reports it, 0 to 1. */
  loss: number | null;
  /** Milliseconds. */
  rtt: number | null;
  jitter: number | null;
}

export interface Sent {
  /** In the order of their names: smallest first. */
  layers: SentLayer[];
  /** To be given to the next reading. */
  counters: ReadonlyMap<string, Counters>;
}

export function readSent(report: Report, before: ReadonlyMap<string, Counters>): Sent {
  const entries = entriesOf(report);
  const streams = entries.filter(({ type }) => type === 'outbound-rtp');
  const counters = new Map<string, Counters>();
  const layers = streams.map((stream) => {
    const id = str(stream.rid) ?? String(num(stream.ssrc) ?? '');
    const now = countersOf(stream);
    counters.set(id, now);
    return layerOf(id, entries, { stream, rates: ratesBetween(before.get(id) ?? null, now) });
  });
  // Encodings are named in their order, and a layer that is off has no size to be told by.
  layers.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  return { layers, counters };
}

interface Reading {
  stream: Entry;
  rates: ReturnType<typeof ratesBetween>;
}

function layerOf(id: string, entries: readonly Entry[], { stream, rates }: Reading): SentLayer {
  const remote = entries.find(
    ({ type, ssrc, localId }) =>
      type === 'remote-inbound-rtp' && (localId === stream.id || ssrc === stream.ssrc),
  );
  const video = stream.kind === 'video';
  const frameRate = video ? (num(stream.framesPerSecond) ?? rates.frameRate) : null;
  // Older browsers do not say; what sends nothing is as good as off.
  const sends = rates.bitrate === null || rates.bitrate > 0;
  return {
    id,
    codec: codecName(entries, stream),
    active: stream.active !== false && sends,
    bitrate: rates.bitrate,
    width: num(stream.frameWidth),
    height: num(stream.frameHeight),
    frameRate,
    scalabilityMode: str(stream.scalabilityMode),
    limit: limitOf(stream.qualityLimitationReason),
    loss: num(remote?.fractionLost),
    rtt: scaled(num(remote?.roundTripTime), 1000),
    jitter: scaled(num(remote?.jitter), 1000),
  };
}

function limitOf(value: unknown): Limit | null {
  return (['none', 'cpu', 'bandwidth', 'other'] as const).find((limit) => limit === value) ?? null;
}

function countersOf(stream: Entry): Counters {
  const count = (name: string) => num(stream[name]) ?? 0;
  return {
    at: count('timestamp'),
    // Without headers, which browsers count together with the padding of probes.
    bytes: count('bytesSent'),
    packets: count('packetsSent'),
    lost: 0,
    frames: count('framesEncoded'),
    waited: 0,
    played: 0,
  };
}
