import type { types as ms } from 'mediasoup-client';
import type { Counters, Report } from '../quality/numbers';
import { readReceived, type Received } from '../quality/received';
import { readSent, type SentLayer } from '../quality/sent';
import {
  readConsumer,
  readProducer,
  type ServerConsumer,
  type ServerStream,
} from '../quality/server';
import { askDownlink } from './downlink';
import type { Slot } from './MediaOut';
import type { Session } from './Session';
import { readPath } from './stats';

/** Whose statistics are read: consumers of somebody else, or slots of one's own. */
export type Subject =
  | { own: false; picture: string | null; sound: string | null }
  | { own: true; picture: Slot; sound: Slot };

/** One moment of one tile. What cannot be told is null. */
export interface TileReading {
  picture: Received | null;
  sound: Received | null;
  /** What the server says of the picture's consumer. */
  server: ServerConsumer | null;
  sent: SentLayer[];
  sentSound: SentLayer | null;
  /** What the server receives of `sent`. */
  streams: ServerStream[];
  /** Milliseconds to the server and back. */
  rtt: number | null;
  /** Bit/s that the browser believes it can send. */
  available: number | null;
  /** Bit/s that the server believes it can send here; told for one's own tile. */
  receivable: number | null;
}

export const NO_READING: TileReading = {
  picture: null,
  sound: null,
  server: null,
  sent: [],
  sentSound: null,
  streams: [],
  rtt: null,
  available: null,
  receivable: null,
};

/** Reads one tile again and again; remembers the counters, so that rates can be told. */
export class TileSampler {
  readonly #session: () => Session | null;
  readonly #received = new Map<string, Counters>();
  readonly #sent = new Map<string, ReadonlyMap<string, Counters>>();

  constructor(session: () => Session | null) {
    this.#session = session;
  }

  async read(subject: Subject): Promise<TileReading> {
    const session = this.#session();
    if (session === null) return NO_READING;
    return subject.own ? this.#own(session, subject) : this.#theirs(session, subject);
  }

  async #theirs(session: Session, subject: Subject & { own: false }): Promise<TileReading> {
    const { picture: id } = subject;
    const [picture, sound, stats] = await Promise.all([
      reportOf(session.consumers.get(id ?? '')),
      reportOf(session.consumers.get(subject.sound ?? '')),
      id === null ? null : told(session.signalling.request('getConsumerStats', { consumerId: id })),
    ]);
    return {
      ...NO_READING,
      picture: this.#receive(id, picture),
      sound: this.#receive(subject.sound, sound),
      server: readConsumer(stats),
      rtt: rttOf(picture ?? sound),
    };
  }

  async #own(session: Session, subject: Subject & { own: true }): Promise<TileReading> {
    const producer = session.producers.get(subject.picture);
    const sound = session.producers.get(subject.sound);
    const [pictureReport, soundReport, stats, receivable] = await Promise.all([
      reportOf(producer),
      reportOf(sound),
      producer === undefined
        ? null
        : told(session.signalling.request('getProducerStats', { producerId: producer.id })),
      askDownlink(session),
    ]);
    const report = pictureReport ?? soundReport;
    const path = report === null ? null : readPath(report, null).stats;
    return {
      ...NO_READING,
      sent: this.#send(producer, pictureReport),
      sentSound: this.#send(sound, soundReport)[0] ?? null,
      streams: readProducer(stats),
      rtt: path?.rtt ?? null,
      available: path?.availableSendBitrate ?? null,
      receivable,
    };
  }

  #receive(id: string | null, report: Report | null): Received | null {
    if (id === null || report === null) return null;
    const read = readReceived(report, this.#received.get(id) ?? null);
    if (read === null) return null;
    this.#received.set(id, read.counters);
    return read.figures;
  }

  #send(producer: ms.Producer | undefined, report: Report | null): SentLayer[] {
    if (producer === undefined || report === null) return [];
    const { layers, counters } = readSent(report, this.#sent.get(producer.id) ?? new Map());
    this.#sent.set(producer.id, counters);
    return layers;
  }
}

interface HasStats {
  readonly closed: boolean;
  getStats(): Promise<RTCStatsReport>;
}

/** Null for what is not there, or is closed while it is asked. */
async function reportOf(source: HasStats | undefined): Promise<Report | null> {
  if (source === undefined || source.closed) return null;
  return source.getStats().catch(() => null);
}

function rttOf(report: Report | null): number | null {
  return report === null ? null : readPath(report, null).stats.rtt;
}

/** The browser's statistics are worth showing without the server's. */
async function told(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch(() => null);
}
