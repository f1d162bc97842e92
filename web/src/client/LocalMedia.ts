import type { Params } from '../settings/params';
import type { Store } from '../state/store';
import type { LocalDevice, Problem } from '../state/types';
import { addToast, changeDevice, changePrefs } from '../state/updates';
import {
  captureBoth,
  captureScreen,
  captureTrack,
  listDevices,
  mediaDevices,
  type LocalSource,
} from './capture';
import { explain, problemOf } from './problems';

/** What the address says of pictures. */
type Wishes = Pick<Params, 'contentHint' | 'screenSharing4K'>;

const PREF = { mic: 'micId', webcam: 'webcamId' } as const;

/**
 * Owns one's own tracks: the join screen previews them, sessions send them, and they outlive both.
 * What it holds is in the store; whoever sends media follows the store.
 */
export class LocalMedia {
  readonly #store: Store;
  readonly #wishes: Wishes;
  /** Counts what was asked of each source, so that a late answer to an old question is dropped. */
  readonly #turn = { mic: 0, webcam: 0, share: 0 };

  constructor(store: Store, wishes: Wishes) {
    this.#store = store;
    this.#wishes = wishes;
  }

  /** Follows devices being plugged in and out, for as long as the page lives. */
  watchDevices(): void {
    try {
      mediaDevices().addEventListener('devicechange', () => void this.refreshDevices());
    } catch {
      // No devices on a page that is not secure; opening one says so.
    }
    void this.refreshDevices();
  }

  async refreshDevices(): Promise<void> {
    const devices = await listDevices().catch(() => null);
    if (devices !== null) this.#store.setState({ devices });
  }

  /** Opens what is wanted, with one question to the person where both are. */
  async openWanted(wanted: { mic: boolean; webcam: boolean }): Promise<void> {
    if (wanted.mic && wanted.webcam && (await this.#openBoth())) return;
    if (wanted.mic) await this.open('mic');
    if (wanted.webcam) await this.open('webcam');
  }

  /** Opens a source, or moves it to another device; true when it is live afterwards. */
  async open(source: LocalSource, deviceId?: string): Promise<boolean> {
    const turn = ++this.#turn[source];
    if (deviceId !== undefined) this.#prefer(source, deviceId);
    // Phones cannot open a second camera while the first is open.
    if (source === 'webcam') this.#store.getState().webcam.track?.stop();
    this.#change(source, { status: 'starting', problem: null });
    const wanted = deviceId ?? this.#store.getState().prefs[PREF[source]];
    try {
      const track = await captureTrack(source, wanted);
      return this.#adopt(source, track, turn);
    } catch (error) {
      if (turn === this.#turn[source]) this.#fail(source, problemOf(error));
      return false;
    }
  }

  close(source: LocalSource): void {
    this.#turn[source]++;
    this.#store.getState()[source].track?.stop();
    this.#change(source, { status: 'off', track: null, problem: null });
  }

  setMuted(muted: boolean): void {
    const { track } = this.#store.getState().mic;
    if (track !== null) track.enabled = !muted;
    this.#change('mic', { muted });
  }

  /** Asks for a screen; the person closing the question is no error. */
  async openShare(): Promise<void> {
    const turn = ++this.#turn.share;
    this.#store.setState({ share: { status: 'starting', video: null, audio: null } });
    try {
      const { video, audio } = await captureScreen(this.#wishes.screenSharing4K);
      if (turn !== this.#turn.share) {
        video.stop();
        audio?.stop();
        return;
      }
      video.addEventListener('ended', () => {
        if (this.#store.getState().share.video === video) this.closeShare();
      });
      this.#store.setState({ share: { status: 'live', video, audio } });
    } catch (error) {
      if (turn !== this.#turn.share) return;
      this.closeShare();
      if (problemOf(error) !== 'denied') this.#say('The screen could not be shared.');
    }
  }

  closeShare(): void {
    this.#turn.share++;
    const { video, audio } = this.#store.getState().share;
    video?.stop();
    audio?.stop();
    this.#store.setState({ share: { status: 'off', video: null, audio: null } });
  }

  closeAll(): void {
    this.close('mic');
    this.close('webcam');
    this.closeShare();
  }

  async #openBoth(): Promise<boolean> {
    const turns = { mic: ++this.#turn.mic, webcam: ++this.#turn.webcam };
    this.#change('mic', { status: 'starting', problem: null });
    this.#change('webcam', { status: 'starting', problem: null });
    const { micId, webcamId } = this.#store.getState().prefs;
    try {
      const { mic, webcam } = await captureBoth(micId, webcamId);
      this.#adopt('mic', mic, turns.mic);
      this.#adopt('webcam', webcam, turns.webcam);
      return true;
    } catch {
      // Each is tried alone next, which finds out which one is the matter.
      return false;
    }
  }

  #adopt(source: LocalSource, track: MediaStreamTrack, turn: number): boolean {
    if (turn !== this.#turn[source]) {
      track.stop();
      return false;
    }
    const { track: old, muted } = this.#store.getState()[source];
    if (old !== null && old !== track) old.stop();
    if (source === 'mic') track.enabled = !muted;
    else if (this.#wishes.contentHint !== null) track.contentHint = this.#wishes.contentHint;
    track.addEventListener('ended', () => this.#lost(source, track));
    this.#change(source, { status: 'live', track, problem: null });
    void this.refreshDevices();
    return true;
  }

  /** The device was unplugged or taken away; a stop of one's own fires no event. */
  #lost(source: LocalSource, track: MediaStreamTrack): void {
    if (this.#store.getState()[source].track !== track) return;
    this.close(source);
    this.#say(`${source === 'mic' ? 'Microphone' : 'Camera'} was disconnected.`);
  }

  #fail(source: LocalSource, problem: Problem): void {
    this.#store.getState()[source].track?.stop();
    this.#change(source, { status: 'off', track: null, problem });
    if (this.#store.getState().phase.name !== 'lobby') this.#say(explain(source, problem));
  }

  #prefer(source: LocalSource, deviceId: string): void {
    this.#store.setState((state) => changePrefs(state, { [PREF[source]]: deviceId }));
  }

  #change(source: LocalSource, change: Partial<LocalDevice>): void {
    this.#store.setState((state) => changeDevice(state, source, change));
  }

  #say(text: string): void {
    this.#store.setState((state) => addToast(state, 'error', text));
  }
}
