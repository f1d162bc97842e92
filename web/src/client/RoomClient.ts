import { Device, type types as ms } from 'mediasoup-client';
import { signallingUrl, type Params } from '../settings/params';
import { cleanName } from '../settings/names';
import { openSignalling, Refusal, type OpenSignalling } from '../signalling/Signalling';
import type { Signalling } from '../signalling/Signalling';
import type { PeerDevice } from '../signalling/messages';
import type { Store } from '../state/store';
import type { ChosenLayers, Phase } from '../state/types';
import { addToast, changePrefs, changeView, dropSession } from '../state/updates';
import type { Want } from './demand';
import { describeDevice } from './deviceInfo';
import { LocalMedia } from './LocalMedia';
import type { MediaIn } from './MediaIn';
import type { Slot } from './MediaOut';
import { reasonOf } from './problems';
import { Session } from './Session';
import { StatsSampler, type Stats } from './StatsSampler';

/** What the client needs of the world; tests give their own. */
export interface World {
  page: { protocol: string; host: string };
  openSignalling: OpenSignalling;
  createDevice: (handlerName: string | null) => Promise<ms.Device>;
  describeDevice: () => PeerDevice;
}

export function browserWorld(): World {
  return {
    page: globalThis.location,
    openSignalling,
    createDevice: (handlerName) =>
      Device.factory(
        handlerName === null ? {} : { handlerName: handlerName as ms.BuiltinHandlerName },
      ),
    describeDevice: () => describeDevice(),
  };
}

const SLOT_NAMES: Record<Slot, string> = {
  mic: 'Microphone',
  webcam: 'Camera',
  share: 'Screen',
  shareSound: 'Screen sound',
};

/** What a person can do, and the life of the connection under it. */
export class RoomClient {
  readonly media: LocalMedia;
  readonly #store: Store;
  readonly #params: Params;
  readonly #world: World;
  readonly #sampler = new StatsSampler();
  #signalling: Signalling | null = null;
  #session: Session | null = null;

  constructor(store: Store, params: Params, world: World) {
    this.#store = store;
    this.#params = params;
    this.#world = world;
    this.media = new LocalMedia(store, params);
  }

  get session(): Session | null {
    return this.#session;
  }

  /** Enters the room, or enters it again. */
  join(): void {
    this.#disconnect();
    const { room, me } = this.#store.getState();
    this.#store.setState({ me: { ...me, name: cleanName(me.name) }, toasts: [] });
    this.#enter({ name: 'connecting', attempt: 0 });
    const url = signallingUrl(this.#world.page, {
      roomId: room.id,
      peerId: me.id,
      replicas: this.#params.consumerReplicas,
    });
    let failed = false;
    const signalling = this.#world.openSignalling(url, {
      open: () => {
        failed = false;
        void this.#startSession(signalling);
      },
      failed: (attempt) => {
        failed = true;
        const { name } = this.#store.getState().phase;
        this.#enter({ name: name === 'reconnecting' ? name : 'connecting', attempt });
      },
      disconnected: () => this.#lose({ name: 'reconnecting', attempt: 0 }),
      closed: () => {
        if (signalling !== this.#signalling) return;
        this.#signalling = null;
        this.#lose({ name: 'closed', why: failed ? 'unreachable' : 'ended', detail: null });
      },
      request: async (request) => {
        if (this.#session === null) throw new Refusal(500, 'no session');
        await this.#session.request(request);
      },
      notification: (note) => this.#session?.notification(note),
    });
    this.#signalling = signalling;
  }

  leave(): void {
    this.#disconnect();
    this.#lose({ name: 'closed', why: 'left', detail: null });
  }

  /** Enters again after having left, with the devices that were on. */
  rejoin(): void {
    this.join();
    void this.openDevices();
  }

  /** Back to the join screen. */
  toLobby(): void {
    this.#enter({ name: 'lobby' });
    void this.openDevices();
  }

  /** Opens the devices that the address and the person's habit ask for. */
  async openDevices(): Promise<void> {
    const { produce, autojoin, mic, webcam } = this.#params;
    if (!produce) return;
    const { prefs, view, ...state } = this.#store.getState();
    await this.media.openWanted({
      mic: mic && (autojoin || prefs.micOn) && state.mic.track === null,
      webcam:
        webcam && !view.audioOnly && (autojoin || prefs.webcamOn) && state.webcam.track === null,
    });
  }

  async setMic(on: boolean): Promise<void> {
    this.#prefer({ micOn: on });
    if (!on) {
      this.media.setMuted(true);
      return;
    }
    this.media.setMuted(false);
    if (this.#store.getState().mic.track === null) await this.media.open('mic');
  }

  async setWebcam(on: boolean): Promise<void> {
    this.#prefer({ webcamOn: on });
    if (on) await this.media.open('webcam');
    else this.media.close('webcam');
  }

  async setShare(on: boolean): Promise<void> {
    if (on) await this.media.openShare();
    else this.media.closeShare();
  }

  setAudioOnly(on: boolean): void {
    this.#store.setState((state) => changeView(state, { audioOnly: on }));
    if (on) this.media.close('webcam');
    else if (this.#store.getState().prefs.webcamOn) void this.media.open('webcam');
  }

  /** Throws with a sentence for the person when it cannot be sent. */
  sendChat(text: string): void {
    if (this.#session === null) throw new Error('Chat is not connected.');
    this.#session.data.send(text);
  }

  async rename(name: string): Promise<void> {
    const { me } = this.#store.getState();
    const displayName = cleanName(name);
    this.#prefer({ displayName });
    this.#store.setState({ me: { ...me, name: displayName } });
    if (this.#store.getState().phase.name !== 'connected') return;
    try {
      await this.#signalling?.request('changeDisplayName', { displayName });
    } catch (error) {
      this.#store.setState({ me });
      this.#say(`Your name could not be changed: ${reasonOf(error)}`);
    }
  }

  async restartIce(): Promise<void> {
    try {
      await this.#session?.restartIce();
      this.#store.setState((state) => addToast(state, 'info', 'Connection refreshed'));
    } catch (error) {
      this.#say(`The connection could not be refreshed: ${reasonOf(error)}`);
    }
  }

  want(consumerId: string, want: Want): void {
    this.#session?.media?.want(consumerId, want);
  }

  /** Layers that the person wants to have of a video; null leaves them to the app. */
  async chooseLayers(consumerId: string, chosen: ChosenLayers): Promise<void> {
    await this.#ask('The layers could not be chosen', (media) => media.choose(consumerId, chosen));
  }

  async setPriority(consumerId: string, priority: number): Promise<void> {
    await this.#ask('The priority could not be set', (media) =>
      media.setPriority(consumerId, priority),
    );
  }

  async requestKeyFrame(consumerId: string): Promise<void> {
    await this.#ask('No key frame could be asked for', (media) =>
      media.requestKeyFrame(consumerId),
    );
  }

  getStats(): Promise<Stats> {
    return this.#sampler.read(this.#session);
  }

  async #startSession(signalling: Signalling): Promise<void> {
    this.#session?.close();
    const session = new Session({
      store: this.#store,
      params: this.#params,
      signalling,
      createDevice: () => this.#world.createDevice(this.#params.handlerName),
      describeDevice: this.#world.describeDevice,
      onSendFailure: (slot, error) => this.#sendFailed(slot, error),
    });
    this.#session = session;
    try {
      await session.start();
      if (session === this.#session) this.#enter({ name: 'connected', since: Date.now() });
    } catch (error) {
      // A lost socket has its own way of coming back.
      if (session !== this.#session) return;
      this.#disconnect();
      this.#lose({ name: 'closed', why: 'failed', detail: reasonOf(error) });
    }
  }

  async #ask(failure: string, task: (media: MediaIn) => Promise<void>): Promise<void> {
    const media = this.#session?.media ?? null;
    if (media === null) return;
    try {
      await task(media);
    } catch (error) {
      this.#say(`${failure}: ${reasonOf(error)}`);
    }
  }

  #sendFailed(slot: Slot, error: unknown): void {
    this.#say(`${SLOT_NAMES[slot]} could not be sent: ${reasonOf(error)}`);
    if (slot === 'mic' || slot === 'webcam') this.media.close(slot);
    else this.media.closeShare();
  }

  #disconnect(): void {
    const signalling = this.#signalling;
    this.#signalling = null;
    signalling?.close();
    this.#session?.close();
    this.#session = null;
  }

  #lose(phase: Phase): void {
    this.#session?.close();
    this.#session = null;
    this.#store.setState(dropSession);
    // Nobody should be filmed by a call that is over.
    if (phase.name === 'closed') this.media.closeAll();
    this.#enter(phase);
  }

  #enter(phase: Phase): void {
    this.#store.setState({ phase });
  }

  #prefer(change: Parameters<typeof changePrefs>[1]): void {
    this.#store.setState((state) => changePrefs(state, change));
  }

  #say(text: string): void {
    this.#store.setState((state) => addToast(state, 'error', text));
  }
}
