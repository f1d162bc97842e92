import type { types as ms } from 'mediasoup-client';
import type { NewConsumer } from '../signalling/messages';
import { Refusal, type Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import type { ChosenLayers, RemoteMedia } from '../state/types';
import { addMedia, changeMedia, removeMedia } from '../state/updates';
import { AUTOMATIC, Demand, offeredLayers, wantedAtFirst, type Want } from './demand';
import { KeyedQueue } from './queue';

/**
 * Receives what the server offers. Messages about one consumer are handled strictly in order, so
 * that a consumer closed while it is being made leaves no ghost; different consumers are made at
 * the same time, which lets mediasoup-client negotiate them together.
 */
export class MediaIn {
  readonly #store: Store;
  readonly #signalling: Signalling;
  readonly #transport: ms.Transport;
  readonly #consumers = new Map<string, ms.Consumer>();
  readonly #queue = new KeyedQueue();
  readonly #demand: Demand;
  #closed = false;

  constructor(store: Store, signalling: Signalling, transport: ms.Transport) {
    this.#store = store;
    this.#signalling = signalling;
    this.#transport = transport;
    this.#demand = new Demand(store, signalling);
  }

  /** The consumers that exist, for levels and statistics. */
  get consumers(): ReadonlyMap<string, ms.Consumer> {
    return this.#consumers;
  }

  /** Resolves when the consumer exists and the server may start to send. */
  add(offer: NewConsumer): Promise<void> {
    return this.#queue.run(offer.id, async () => {
      const consumer = await this.#transport.consume({
        id: offer.id,
        producerId: offer.producerId,
        kind: offer.kind,
        rtpParameters: offer.rtpParameters,
        streamId: `${offer.peerId}-${isShare(offer) ? 'share' : 'mic-webcam'}`,
      });
      if (this.#closed) throw new Refusal(403, 'session closed');
      this.#consumers.set(offer.id, consumer);
      this.#store.setState((state) => addMedia(state, mediaOf(offer, consumer)));
      this.#demand.add(consumer, offer);
    });
  }

  /** After anything that is under way for this consumer. */
  change(id: string, change: Partial<RemoteMedia>): void {
    this.#later(id, () => this.#store.setState((state) => changeMedia(state, id, change)));
  }

  remove(id: string): void {
    this.#later(id, () => {
      this.#consumers.get(id)?.close();
      this.#consumers.delete(id);
      this.#demand.remove(id);
      this.#store.setState((state) => removeMedia(state, id));
    });
  }

  /** The peer is gone, and all that came from it. */
  removeFrom(peerId: string): void {
    for (const media of this.#store.getState().media.values()) {
      if (media.peerId === peerId) this.remove(media.id);
    }
  }

  /** What the interface needs of a video, from the size and visibility of its tile. */
  want(id: string, want: Want): void {
    this.#demand.want(id, want);
  }

  /** What the person chooses; rejects when the server refuses. */
  choose(id: string, chosen: ChosenLayers): Promise<void> {
    return this.#demand.choose(id, chosen);
  }

  /** The higher, the sooner it is served where the connection does not carry all. */
  async setPriority(consumerId: string, priority: number): Promise<void> {
    await this.#signalling.request('setConsumerPriority', { consumerId, priority });
    this.change(consumerId, { priority });
  }

  async requestKeyFrame(consumerId: string): Promise<void> {
    await this.#signalling.request('requestConsumerKeyFrame', { consumerId });
  }

  close(): void {
    this.#closed = true;
    this.#queue.close();
    this.#demand.close();
  }

  #later(id: string, task: () => void): void {
    // Rejects only once the session is closed, when nothing is left to do.
    this.#queue.run(id, task).catch(() => undefined);
  }
}

function isShare(offer: NewConsumer): boolean {
  return offer.appData.share === true;
}

function mediaOf(offer: NewConsumer, consumer: ms.Consumer): RemoteMedia {
  const offered = offer.kind === 'video' ? offeredLayers(offer) : null;
  return {
    id: offer.id,
    peerId: offer.peerId,
    kind: offer.kind,
    share: isShare(offer),
    type: offer.type,
    track: consumer.track,
    codec: offer.rtpParameters.codecs[0]?.mimeType.split('/')[1] ?? '',
    producerPaused: offer.producerPaused,
    localPaused: false,
    score: offer.consumerScore,
    offered,
    wanted: wantedAtFirst(offered),
    chosen: AUTOMATIC,
    priority: 1,
  };
}
