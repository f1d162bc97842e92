import { parseScalabilityMode, type types as ms } from 'mediasoup-client';
import type { Offered, Wanted } from '../quality/reason';
import type { NewConsumer } from '../signalling/messages';
import type { Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import type { ChosenLayers } from '../state/types';
import { changeMedia } from '../state/updates';
import { LayerHeights } from './LayerHeights';
import { KeyedQueue } from './queue';

/** What the interface needs of a video. */
export interface Want {
  visible: boolean;
  /** Height of the tile in device pixels. */
  height: number;
}

interface Entry {
  consumer: ms.Consumer;
  offered: Offered | null;
  /** A shared screen is never asked for in less, because detail is the point. */
  share: boolean;
  /** Of its layers; by them a tile asks for what fills it. */
  heights: LayerHeights;
  want: Want;
  /** What the person has chosen. */
  chosen: ChosenLayers;
  /** What the server was last told. */
  told: { paused: boolean; spatial: number; temporal: number };
  timer: ReturnType<typeof setTimeout> | null;
}

/** Rising spares the server messages while tiles move; falling reacts faster. */
const SETTLE_MS = 600;

/** A layer this much smaller than its tile still looks sharp. */
const TOLERANCE = 0.8;

/**
 * Tells the server what is looked at: videos out of sight and, in audio-only mode, all videos are
 * paused; small tiles ask for small layers, unless the person has chosen others.
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
      for (const id of this.#entries.keys()) {
        if (state.view.audioOnly !== before.view.audioOnly) this.#settle(id);
        // How tall the layer is that comes now is seen a moment later.
        if (state.media.get(id)?.layers !== before.media.get(id)?.layers) this.#settleSoon(id);
      }
    });
  }

  add(consumer: ms.Consumer, offer: NewConsumer): void {
    if (offer.kind !== 'video') return;
    const offered = offeredLayers(offer);
    this.#entries.set(offer.id, {
      consumer,
      offered,
      share: offer.appData.share === true,
      heights: new LayerHeights(offered?.spatial ?? 1),
      want: { visible: true, height: Number.POSITIVE_INFINITY },
      chosen: AUTOMATIC,
      told: { paused: false, ...top(offered) },
      timer: null,
    });
    if (this.#store.getState().view.audioOnly) this.#settle(offer.id);
  }

  want(id: string, want: Want): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.want = want;
    this.#settleSoon(id);
  }

  /** What the person chooses for this video; rejects when the server refuses. */
  async choose(id: string, chosen: ChosenLayers): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const before = entry.chosen;
    const take = (choice: ChosenLayers) => {
      entry.chosen = choice;
      this.#store.setState((state) => changeMedia(state, id, { chosen: choice }));
    };
    take(chosen);
    try {
      await this.#agree(id);
    } catch (error) {
      // Back to what the server believes, unless something else has been chosen since.
      if (entry.chosen === chosen) take(before);
      throw error;
    }
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

  #settleSoon(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.timer ??= setTimeout(() => {
      entry.timer = null;
      this.#look(id, entry);
      this.#settle(id);
    }, SETTLE_MS);
  }

  /** Notes how tall the picture is that comes at present. */
  #look(id: string, { consumer, heights }: Entry): void {
    const layer = this.#store.getState().media.get(id)?.layers?.spatial ?? null;
    const { height } = consumer.track.getSettings();
    if (layer !== null && height !== undefined && height > 0) heights.see(layer, height);
  }

  #settle(id: string): void {
    // A wish that was refused costs bandwidth, nothing else; the next change asks again.
    this.#agree(id).catch(() => undefined);
  }

  #agree(id: string): Promise<void> {
    return this.#queue.run(id, async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return;
      await this.#pause(id, entry);
      await this.#choose(id, entry);
    });
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
    const { offered, told } = entry;
    if (offered === null || told.paused) return;
    const wanted = wantedLayers(entry, offered);
    const { spatial, temporal } = wanted;
    if (spatial !== told.spatial || temporal !== told.temporal) {
      const data = { consumerId, spatialLayer: spatial, temporalLayer: temporal };
      await this.#signalling.request('setConsumerPreferredLayers', data);
      Object.assign(told, { spatial, temporal });
    }
    this.#store.setState((state) => changeMedia(state, consumerId, { wanted }));
  }
}

/** Everything is left to the app. */
export const AUTOMATIC: ChosenLayers = { spatial: null, temporal: null };

function wantedLayers({ share, heights, want, chosen }: Entry, offered: Offered): Wanted {
  const all = top(offered);
  const byTile = share ? all.spatial : spatialFor(want.height, offered.spatial, heights);
  const spatial = Math.min(chosen.spatial ?? byTile, all.spatial);
  const temporal = Math.min(chosen.temporal ?? all.temporal, all.temporal);
  if (spatial === all.spatial && temporal === all.temporal) {
    return { spatial, temporal, by: 'everything' };
  }
  const isPersons = temporal < all.temporal || chosen.spatial !== null;
  return { spatial, temporal, by: isPersons ? 'person' : 'tile' };
}

function top(offered: Offered | null) {
  return { spatial: (offered?.spatial ?? 1) - 1, temporal: (offered?.temporal ?? 1) - 1 };
}

/** What is asked for at first: everything. */
export function wantedAtFirst(offered: Offered | null): Wanted | null {
  return offered === null ? null : { ...top(offered), by: 'everything' };
}

/** The smallest layer that fills a tile of this height. */
export function spatialFor(height: number, layers: number, heights: LayerHeights): number {
  for (let layer = 0; layer < layers - 1; layer++) {
    if (heights.of(layer) >= height * TOLERANCE) return layer;
  }
  return layers - 1;
}

/** Null where the server lets nobody choose. */
export function offeredLayers(offer: NewConsumer): Offered | null {
  if (offer.type !== 'simulcast' && offer.type !== 'svc') return null;
  const mode = parseScalabilityMode(offer.rtpParameters.encodings?.[0]?.scalabilityMode);
  return { spatial: mode.spatialLayers, temporal: mode.temporalLayers };
}
