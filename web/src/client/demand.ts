import { parseScalabilityMode, type types as ms } from 'mediasoup-client';
import type { NewConsumer } from '../signalling/messages';
import type { Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import { changeMedia } from '../state/updates';
import { KeyedQueue } from './queue';

/** What the interface needs of a video. */
export interface Want {
  visible: boolean;
  /** Height of the tile in device pixels. */
  height: number;
}

interface Entry {
  consumer: ms.Consumer;
  layers: Layers | null;
  want: Want;
  /** What the server was last told. */
  told: { paused: boolean; spatial: number | null };
  timer: ReturnType<typeof setTimeout> | null;
}

interface Layers {
  spatial: number;
  temporal: number;
}

/** Rising spares the server messages while tiles move; falling reacts faster. */
const SETTLE_MS = 600;

/** Assumed height of the largest layer; each smaller layer has half of it. */
const TOP_HEIGHT = 720;

/** A layer this much smaller than its tile still looks sharp. */
const TOLERANCE = 0.8;

/**
 * Tells the server what is looked at: videos out of sight and, in audio-only mode, all videos are
 * paused; small tiles ask for small layers.
 */
export class Demand {
  readonly #store: Store;
  readonly #signalling: Signalling;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new KeyedQueue();
  readonly #unsubscribe: () => void;

  constructor(store: Store, signalling: Signalling) {
    this.#store = store;
    this.#signalling = signalling;
    this.#unsubscribe = store.subscribe((state, before) => {
      if (state.view.audioOnly === before.view.audioOnly) return;
      for (const id of this.#entries.keys()) this.#settle(id);
    });
  }

  add(consumer: ms.Consumer, offer: NewConsumer): void {
    if (offer.kind !== 'video') return;
    this.#entries.set(offer.id, {
      consumer,
      layers: layersOf(offer),
      want: { visible: true, height: TOP_HEIGHT },
      told: { paused: false, spatial: null },
      timer: null,
    });
    if (this.#store.getState().view.audioOnly) this.#settle(offer.id);
  }

  want(id: string, want: Want): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.want = want;
    entry.timer ??= setTimeout(() => {
      entry.timer = null;
      this.#settle(id);
    }, SETTLE_MS);
  }

  remove(id: string): void {
    clearTimeout(this.#entries.get(id)?.timer ?? undefined);
    this.#entries.delete(id);
  }

  close(): void {
    for (const id of this.#entries.keys()) this.remove(id);
    this.#unsubscribe();
    this.#queue.close();
  }

  #settle(id: string): void {
    const task = this.#queue.run(id, async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return;
      await this.#pause(id, entry);
      await this.#choose(id, entry);
    });
    // A wish that was refused costs bandwidth, nothing else; the next change asks again.
    task.catch(() => undefined);
  }

  async #pause(consumerId: string, entry: Entry): Promise<void> {
    const paused = this.#store.getState().view.audioOnly || !entry.want.visible;
    if (paused === entry.told.paused) return;
    this.#store.setState((state) => changeMedia(state, consumerId, { localPaused: paused }));
    entry.told.paused = paused;
    if (paused) {
      entry.consumer.pause();
      await this.#signalling.request('pauseConsumer', { consumerId });
    } else {
      await this.#signalling.request('resumeConsumer', { consumerId });
      entry.consumer.resume();
    }
  }

  async #choose(consumerId: string, entry: Entry): Promise<void> {
    const { layers, want, told } = entry;
    if (layers === null || told.paused) return;
    const spatialLayer = spatialFor(want.height, layers.spatial);
    if (spatialLayer === (told.spatial ?? layers.spatial - 1)) return;
    told.spatial = spatialLayer;
    const temporalLayer = layers.temporal - 1;
    const data = { consumerId, spatialLayer, temporalLayer };
    await this.#signalling.request('setConsumerPreferredLayers', data);
  }
}

/** The smallest layer that fills a tile of this height. */
export function spatialFor(height: number, layers: number): number {
  for (let layer = 0; layer < layers - 1; layer++) {
    const layerHeight = TOP_HEIGHT / 2 ** (layers - 1 - layer);
    if (layerHeight >= height * TOLERANCE) return layer;
  }
  return layers - 1;
}

/** Null for a stream without spatial layers, and for a shared screen, where detail is the point. */
function layersOf(offer: NewConsumer): Layers | null {
  if (offer.appData.share === true) return null;
  const mode = parseScalabilityMode(offer.rtpParameters.encodings?.[0]?.scalabilityMode);
  return mode.spatialLayers > 1
    ? { spatial: mode.spatialLayers, temporal: mode.temporalLayers }
    : null;
}
