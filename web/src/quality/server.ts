/** What the server says of consumers, producers and transports: mediasoup's objects, read once. */
import { isEntry, num, str, type Entry } from './numbers';

/** Layers counted from 0; a temporal layer that is not told is the highest. */
export interface LayerPair {
  spatial: number;
  temporal: number | null;
}

/** Why a consumer gets the layers that it gets. */
export type LimitedBy = 'none' | 'preference' | 'bandwidth' | 'sender' | 'paused';

/** The server's decision about the layers of one consumer. */
export interface ServerLayers {
  preferred: LayerPair | null;
  target: LayerPair | null;
  current: LayerPair | null;
  limitedBy: LimitedBy;
  /** Bit/s that the link gives; null when it is not estimated. */
  availableBitrate: number | null;
}

export interface ServerConsumer {
  /** Null where there are no layers, or the server does not tell. */
  layers: ServerLayers | null;
  /** Bit/s. */
  bitrate: number | null;
  /** 0 to 10. */
  score: number | null;
}

/** One stream of a producer as the server receives it. */
export interface ServerStream {
  /** Its RID, or its SSRC where there is none. */
  id: string;
  bitrate: number | null;
  score: number | null;
}

export function readConsumer(stats: unknown): ServerConsumer | null {
  const stream = listed(stats).find(({ type }) => type === 'outbound-rtp');
  if (stream === undefined) return null;
  return {
    layers: layersOf(stream.layers),
    bitrate: num(stream.bitrate),
    score: num(stream.score),
  };
}

export function readProducer(stats: unknown): ServerStream[] {
  return listed(stats)
    .filter(({ type }) => type === 'inbound-rtp')
    .map((stream) => ({
      id: str(stream.rid) ?? String(num(stream.ssrc) ?? ''),
      bitrate: num(stream.bitrate),
      score: num(stream.score),
    }));
}

/** Bit/s that the server can send over a transport, as it estimates. */
export function readAvailable(stats: unknown): number | null {
  return num(listed(stats)[0]?.availableOutgoingBitrate);
}

const LIMITS: readonly LimitedBy[] = ['none', 'preference', 'bandwidth', 'sender', 'paused'];

function layersOf(value: unknown): ServerLayers | null {
  if (!isEntry(value)) return null;
  const limitedBy = LIMITS.find((limit) => limit === value.limitedBy);
  if (limitedBy === undefined) return null;
  return {
    preferred: pairOf(value.preferred),
    target: pairOf(value.target),
    current: pairOf(value.current),
    limitedBy,
    availableBitrate: num(value.availableBitrate),
  };
}

function pairOf(value: unknown): LayerPair | null {
  if (!isEntry(value)) return null;
  const spatial = num(value.spatialLayer);
  return spatial === null ? null : { spatial, temporal: num(value.temporalLayer) };
}

/** Newer servers of the demo wrap the list in an object. */
function listed(stats: unknown): Entry[] {
  const list = isEntry(stats) && !Array.isArray(stats) ? stats.stats : stats;
  return Array.isArray(list) ? (list as unknown[]).filter(isEntry) : [];
}
