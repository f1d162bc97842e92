import type { types as ms } from 'mediasoup-client';
import type { Params } from '../settings/params';
import type { Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import type { State } from '../state/types';
import {
  keepsResolution,
  screenHint,
  SHARE_SOUND_OPTIONS,
  videoSettings,
  VOICE_OPTIONS,
} from './codecs';
import { KeyedQueue } from './queue';

export const SLOTS = ['mic', 'webcam', 'share', 'shareSound'] as const;
export type Slot = (typeof SLOTS)[number];

/** What the store says should be sent in a slot. */
interface Wish {
  track: MediaStreamTrack | null;
  muted: boolean;
  /** False while a device is being opened: nothing is done until it is there or has failed. */
  settled: boolean;
}

interface Options {
  store: Store;
  params: Params;
  signalling: Signalling;
  transport: ms.Transport;
  device: ms.Device;
  /** Sending has failed; the source should be closed, else it would look as if it were sent. */
  onFailure: (slot: Slot, error: unknown) => void;
}

/**
 * Sends what the store holds: compares it with the producers, slot by slot, and takes the one step
 * that brings them closer, until they agree.
 */
export class MediaOut {
  readonly #options: Options;
  readonly #producers = new Map<Slot, ms.Producer>();
  readonly #queue = new KeyedQueue();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#unsubscribe = options.store.subscribe((state, before) => {
      for (const slot of SLOTS) {
        if (!sameWish(wishOf(state, slot), wishOf(before, slot))) this.#settle(slot);
      }
    });
    for (const slot of SLOTS) this.#settle(slot);
  }

  /** The producers that exist, for statistics. */
  get producers(): ReadonlyMap<Slot, ms.Producer> {
    return this.#producers;
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#queue.close();
  }

  #settle(slot: Slot): void {
    const task = this.#queue.run(slot, async () => {
      while (await this.#step(slot));
    });
    task.catch((error: unknown) => {
      if (!this.#closed) this.#options.onFailure(slot, error);
    });
  }

  /** False when there was nothing to do. */
  async #step(slot: Slot): Promise<boolean> {
    const wish = wishOf(this.#options.store.getState(), slot);
    const producer = this.#producers.get(slot);
    if (this.#closed || !wish.settled) return false;
    if (producer === undefined) {
      if (wish.track === null || wish.muted) return false;
      await this.#produce(slot, wish.track);
      return true;
    }
    if (wish.track === null) {
      await this.#stop(slot, producer);
    } else if (producer.track !== wish.track) {
      this.#prepare(slot, wish.track);
      await producer.replaceTrack({ track: wish.track });
    } else if (producer.paused !== wish.muted) {
      await this.#mute(producer, wish.muted);
    } else {
      return false;
    }
    return true;
  }

  async #produce(slot: Slot, track: MediaStreamTrack): Promise<void> {
    const { transport, params } = this.#options;
    const share = slot === 'share' || slot === 'shareSound';
    this.#prepare(slot, track);
    const producer = await transport.produce({
      track,
      streamId: share ? 'share' : 'mic-webcam',
      ...this.#settings(slot),
      stopTracks: false,
      disableTrackOnPause: false,
      appData: share ? { share: true } : {},
    });
    if (slot === 'share' && keepsResolution(params)) await keepResolution(producer);
    this.#producers.set(slot, producer);
    producer.observer.once('close', () => {
      if (this.#producers.get(slot) === producer) this.#producers.delete(slot);
    });
  }

  #prepare(slot: Slot, track: MediaStreamTrack): void {
    const { device, params } = this.#options;
    if (slot === 'share') track.contentHint = screenHint(params, device.sendRtpCapabilities);
  }

  #settings(slot: Slot): Partial<ms.ProducerOptions> {
    if (slot === 'mic') return { codecOptions: VOICE_OPTIONS };
    if (slot === 'shareSound') return { codecOptions: SHARE_SOUND_OPTIONS };
    const { device, params } = this.#options;
    return videoSettings(slot, params, device.sendRtpCapabilities, device.handlerName);
  }

  async #stop(slot: Slot, producer: ms.Producer): Promise<void> {
    this.#producers.delete(slot);
    producer.close();
    await this.#options.signalling.request('closeProducer', { producerId: producer.id });
  }

  async #mute(producer: ms.Producer, muted: boolean): Promise<void> {
    if (muted) producer.pause();
    else producer.resume();
    const method = muted ? 'pauseProducer' : 'resumeProducer';
    try {
      await this.#options.signalling.request(method, { producerId: producer.id });
    } catch (error) {
      // Back to what the server believes, so that both agree; `onFailure` stops the source.
      if (muted) producer.resume();
      else producer.pause();
      throw error;
    }
  }
}

export function wishOf(state: State, slot: Slot): Wish {
  const { mic, webcam, share } = state;
  switch (slot) {
    case 'mic':
      return { track: mic.track, muted: mic.muted, settled: mic.status !== 'starting' };
    case 'webcam':
      return { track: webcam.track, muted: false, settled: webcam.status !== 'starting' };
    case 'share':
      return { track: share.video, muted: false, settled: share.status !== 'starting' };
    case 'shareSound':
      return { track: share.audio, muted: false, settled: share.status !== 'starting' };
  }
}

/** Where the browser knows how; elsewhere the track's hint says nearly the same. */
async function keepResolution({ rtpSender }: ms.Producer): Promise<void> {
  if (rtpSender === undefined) return;
  try {
    const parameters = rtpSender.getParameters();
    parameters.degradationPreference = 'maintain-resolution';
    await rtpSender.setParameters(parameters);
  } catch (error) {
    console.warn('the browser does not say what to keep of a screen', error);
  }
}

function sameWish(a: Wish, b: Wish): boolean {
  return a.track === b.track && a.muted === b.muted && a.settled === b.settled;
}
