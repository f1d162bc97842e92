import type { Store } from '../state/store';
import type { RoomClient } from './RoomClient';

type Listener = (level: number) => void;

/** Falling makes the rings livelier and costs more wake-ups. */
const INTERVAL_MS = 100;

/** Nothing new for this long is silence. Rising keeps rings lit after a word. */
const SILENT_MS = 300;

/** Levels below `FLOOR_DB` show nothing, levels above `CEILING_DB` show all. */
const FLOOR_DB = -60;
const CEILING_DB = -15;

/**
 * How loud everybody is, 0 to 1, pushed to whoever draws it. Kept out of the store: it changes ten
 * times a second and nothing else depends on it.
 */
export class Levels {
  readonly #store: Store;
  readonly #client: RoomClient;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #heard = new Map<string, { rtpTimestamp: number; at: number }>();
  #microphone: MicMeter | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(store: Store, client: RoomClient) {
    this.#store = store;
    this.#client = client;
  }

  /** Follows a peer or oneself; returns what ends it. */
  subscribe(peerId: string, listener: Listener): () => void {
    const group = this.#listeners.get(peerId) ?? new Set();
    this.#listeners.set(peerId, group.add(listener));
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL_MS);
    return () => {
      group.delete(listener);
      if (group.size === 0) this.#listeners.delete(peerId);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #tell(): void {
    const { me } = this.#store.getState();
    for (const [peerId, group] of this.#listeners) {
      const level = peerId === me.id ? this.#own() : this.#remote(peerId);
      for (const listener of group) listener(level);
    }
  }

  #own(): number {
    const { track, muted } = this.#store.getState().mic;
    if (track !== this.#microphone?.track) {
      this.#microphone?.close();
      this.#microphone = track === null ? null : new MicMeter(track);
    }
    return muted ? 0 : (this.#microphone?.read() ?? 0);
  }

  #remote(peerId: string): number {
    let loudest = 0;
    for (const media of this.#store.getState().media.values()) {
      if (media.peerId !== peerId || media.kind !== 'audio' || media.producerPaused) continue;
      const receiver = this.#client.session?.consumers.get(media.id)?.rtpReceiver;
      for (const source of receiver?.getSynchronizationSources() ?? []) {
        if (this.#isFresh(media.id, source.rtpTimestamp)) {
          loudest = Math.max(loudest, shown(source.audioLevel ?? 0));
        }
      }
    }
    return loudest;
  }

  /** The browser repeats the last level for seconds after the packets have stopped. */
  #isFresh(consumerId: string, rtpTimestamp: number): boolean {
    const now = performance.now();
    const last = this.#heard.get(consumerId);
    if (last?.rtpTimestamp === rtpTimestamp) return now - last.at < SILENT_MS;
    this.#heard.set(consumerId, { rtpTimestamp, at: now });
    return true;
  }
}

class MicMeter {
  readonly track: MediaStreamTrack;
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #resume = () => void this.#context.resume().catch(() => undefined);

  constructor(track: MediaStreamTrack) {
    this.track = track;
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    // A page that nobody has touched yet may have to wait for a click.
    addEventListener('pointerdown', this.#resume, { once: true });
  }

  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return shown(Math.sqrt(sum / this.#samples.length));
  }

  close(): void {
    removeEventListener('pointerdown', this.#resume);
    void this.#context.close().catch(() => undefined);
  }
}

/** From amplitude, 0 to 1, to what the eye expects of loudness. */
export function shown(amplitude: number): number {
  if (amplitude <= 0) return 0;
  const db = 20 * Math.log10(amplitude);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
