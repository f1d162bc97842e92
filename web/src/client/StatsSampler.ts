import type { types as ms } from 'mediasoup-client';
import { readPath, readStream, type PathStats, type Sample, type StreamStats } from './stats';
import type { Session } from './Session';

export interface Stats {
  send: PathStats | null;
  recv: PathStats | null;
  /** By slot: `mic`, `webcam`, `share`, `shareSound`. */
  producers: Record<string, StreamStats | null>;
  /** By consumer id. */
  consumers: Record<string, StreamStats | null>;
}

/** Rising smooths the displayed rates and makes them slower to follow. */
const MIN_INTERVAL_MS = 500;

interface Memory {
  transport: ms.Transport;
  sample: Sample;
  stats: PathStats;
}

/** Remembers the last sample of each transport, so that rates can be told. */
export class StatsSampler {
  readonly #memory = new Map<string, Memory>();

  async read(session: Session | null): Promise<Stats> {
    const transports = session?.transports;
    const [send, recv, producers, consumers] = await Promise.all([
      this.#path('send', transports?.get('send')),
      this.#path('recv', transports?.get('recv')),
      streams(session?.producers),
      streams(session?.consumers),
    ]);
    return { send, recv, producers, consumers };
  }

  async #path(name: string, transport: ms.Transport | undefined): Promise<PathStats | null> {
    if (transport === undefined || transport.closed) return null;
    const last = this.#memory.get(name);
    const before = last?.transport === transport ? last : null;
    const report = await transport.getStats();
    const { sample, stats } = readPath(report, before?.sample ?? null);
    if (before !== null && sample.at - before.sample.at < MIN_INTERVAL_MS) {
      // Asked again too soon; the rates of the last interval still say more.
      const { sendBitrate, recvBitrate, loss } = before.stats;
      return { ...stats, sendBitrate, recvBitrate, loss };
    }
    this.#memory.set(name, { transport, sample, stats });
    return stats;
  }
}

interface HasStats {
  readonly closed: boolean;
  getStats(): Promise<RTCStatsReport>;
}

async function streams(
  sources: ReadonlyMap<string, HasStats> | undefined,
): Promise<Record<string, StreamStats | null>> {
  const read = Array.from(sources ?? [], async ([id, source]) => {
    const report = source.closed ? null : await source.getStats().catch(() => null);
    return [id, report === null ? null : readStream(report)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
