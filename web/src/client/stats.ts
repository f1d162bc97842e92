/** What the browser's statistics mean: pure steps from one sample to the next. */
import { num, scaled, str, type Entry, type Report } from '../quality/numbers';

export interface Sample {
  /** Milliseconds, as the browser stamps it. */
  at: number;
  bytesSent: number;
  bytesReceived: number;
  packetsReceived: number;
  packetsLost: number;
}

export interface PathStats {
  /** Bit/s since the sample before; null for the first one. */
  sendBitrate: number | null;
  recvBitrate: number | null;
  bytesSent: number;
  bytesReceived: number;
  /** Share of the packets lost since the sample before, 0 to 1. */
  loss: number | null;
  /** Round-trip time in milliseconds. */
  rtt: number | null;
  /** Bit/s the browser believes it can send. */
  availableSendBitrate: number | null;
  srtpCipher: string | null;
  dtlsState: string | null;
  tlsVersion: string | null;
  /** `udp` or `tcp`. */
  protocol: string | null;
  remoteAddress: string | null;
}

/** One stream, as the end-to-end tests read it. */
export interface StreamStats {
  kind: string;
  codec: string | null;
  packets: number;
  bytes: number;
  packetsLost: number;
  framesDecoded: number | null;
  keyFrames: number | null;
  framesPerSecond: number | null;
  width: number | null;
  height: number | null;
  /** Pauses of a received picture since the beginning, and how long all of them took, in seconds. */
  freezes: number | null;
  freezeSeconds: number | null;
  totalAudioEnergy: number | null;
  audioLevel: number | null;
  /** What is sent, smallest first; none of what is received. */
  encodings: EncodingStats[];
}

/** One encoding of a simulcast, or the only one. */
export interface EncodingStats {
  rid: string | null;
  /** False while the browser has switched it off. */
  active: boolean;
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  /** Since the beginning. */
  frames: number | null;
  /** Without what was sent once more. */
  bytes: number;
  /** Bit/s that the encoder is to make. */
  targetBitrate: number | null;
  /** `none`, `cpu`, `bandwidth` or `other`. */
  limitedBy: string | null;
}

/** Reads one transport's report; `before` is the sample that the last call returned. */
export function readPath(
  report: Report,
  before: Sample | null,
): { stats: PathStats; sample: Sample } {
  const entries = new Map(Array.from(report, ([id, entry]) => [id, entry as Entry] as const));
  const all = [...entries.values()];
  const transport = all.find((entry) => entry.type === 'transport');
  const pair = selectedPair(entries, transport);
  const sample = sampleOf(all, transport, pair);
  const seconds = before === null ? 0 : (sample.at - before.at) / 1000;
  const rate = (now: number, then: number) =>
    seconds > 0 ? Math.max(0, ((now - then) * 8) / seconds) : null;
  const stats: PathStats = {
    sendBitrate: before && rate(sample.bytesSent, before.bytesSent),
    recvBitrate: before && rate(sample.bytesReceived, before.bytesReceived),
    bytesSent: sample.bytesSent,
    bytesReceived: sample.bytesReceived,
    loss: before && lossBetween(before, sample),
    rtt: scaled(num(pair?.currentRoundTripTime), 1000),
    availableSendBitrate: num(pair?.availableOutgoingBitrate),
    srtpCipher: str(transport?.srtpCipher),
    dtlsState: str(transport?.dtlsState),
    tlsVersion: str(transport?.tlsVersion),
    ...remoteOf(entries, pair),
  };
  return { stats, sample };
}

/** The stream of one producer or consumer; several encodings are added up. */
export function readStream(report: Report): StreamStats | null {
  const all = Array.from(report, ([, entry]) => entry as Entry);
  const streams = all.filter(({ type }) => type === 'inbound-rtp' || type === 'outbound-rtp');
  streams.sort((one, other) => (str(one.rid) ?? '').localeCompare(str(other.rid) ?? ''));
  const [first] = streams;
  if (first === undefined) return null;
  const codec = all.find((entry) => entry.id === first.codecId);
  const sum = (...names: string[]) =>
    streams.reduce((total, stream) => total + firstNumber(stream, names), 0);
  return {
    kind: str(first.kind) ?? '',
    codec: str(codec?.mimeType),
    packets: sum('packetsReceived', 'packetsSent'),
    bytes: sum('bytesReceived', 'bytesSent'),
    packetsLost: sum('packetsLost'),
    framesDecoded: num(first.framesDecoded),
    keyFrames: num(first.keyFramesDecoded),
    framesPerSecond: num(first.framesPerSecond),
    width: num(first.frameWidth),
    height: num(first.frameHeight),
    freezes: num(first.freezeCount),
    freezeSeconds: num(first.totalFreezesDuration),
    totalAudioEnergy: num(first.totalAudioEnergy),
    audioLevel: num(first.audioLevel),
    encodings: streams.filter(({ type }) => type === 'outbound-rtp').map(encodingOf),
  };
}

function encodingOf(stream: Entry): EncodingStats {
  return {
    rid: str(stream.rid),
    active: stream.active !== false,
    width: num(stream.frameWidth),
    height: num(stream.frameHeight),
    framesPerSecond: num(stream.framesPerSecond),
    frames: num(stream.framesEncoded),
    bytes: (num(stream.bytesSent) ?? 0) - (num(stream.retransmittedBytesSent) ?? 0),
    targetBitrate: num(stream.targetBitrate),
    limitedBy: str(stream.qualityLimitationReason),
  };
}

function selectedPair(entries: Map<string, Entry>, transport: Entry | undefined): Entry | null {
  const named = entries.get(str(transport?.selectedCandidatePairId) ?? '');
  if (named !== undefined) return named;
  // Older Firefox has no transport entry, and marks the pair itself.
  const pairs = [...entries.values()].filter(({ type }) => type === 'candidate-pair');
  return (
    pairs.find((pair) => pair.selected === true) ??
    pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded') ??
    null
  );
}

function sampleOf(all: Entry[], transport: Entry | undefined, pair: Entry | null): Sample {
  const inbound = all.filter(({ type }) => type === 'inbound-rtp');
  const sum = (name: string) =>
    inbound.reduce((total, entry) => total + (num(entry[name]) ?? 0), 0);
  // Firefox counts bytes at the pair only.
  const bytes = (name: string) => num(transport?.[name]) ?? num(pair?.[name]) ?? 0;
  return {
    at: num((transport ?? pair)?.timestamp) ?? 0,
    bytesSent: bytes('bytesSent'),
    bytesReceived: bytes('bytesReceived'),
    packetsReceived: sum('packetsReceived'),
    packetsLost: sum('packetsLost'),
  };
}

function lossBetween(before: Sample, now: Sample): number | null {
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const received = Math.max(0, now.packetsReceived - before.packetsReceived);
  return lost + received === 0 ? null : lost / (lost + received);
}

function remoteOf(entries: Map<string, Entry>, pair: Entry | null) {
  const local = entries.get(str(pair?.localCandidateId) ?? '');
  const remote = entries.get(str(pair?.remoteCandidateId) ?? '');
  const address = str(remote?.address) ?? str(remote?.ip);
  const port = num(remote?.port);
  return {
    protocol: str(local?.protocol) ?? str(remote?.protocol),
    remoteAddress: address === null || port === null ? null : `${address}:${port}`,
  };
}

function firstNumber(entry: Entry, names: string[]): number {
  for (const name of names) {
    const value = num(entry[name]);
    if (value !== null) return value;
  }
  return 0;
}
