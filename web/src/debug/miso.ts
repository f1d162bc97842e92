/** `window.miso`: what the end-to-end tests, and a person at the console, can see and do. */
import type { RoomClient } from '../client/RoomClient';
import type { Stats } from '../client/StatsSampler';
import type { Store } from '../state/store';
import { tilesOf } from '../state/tiles';
import type { MediaPath, PhaseName } from '../state/types';
import { playedFrames, type Played } from '../ui/room/frames';

export interface ConsumerSnapshot {
  id: string;
  peerId: string;
  kind: 'audio' | 'video';
  share: boolean;
  type: string;
  codec: string;
  producerPaused: boolean;
  localPaused: boolean;
  score: number | null;
  layers: { spatial: number | null; temporal: number | null } | null;
  /** What is asked for, by the tile's size or by the person; null without layers. */
  wanted: { spatial: number; temporal: number; by: string } | null;
  priority: number;
  trackMuted: boolean;
  /** What its video element has shown; null for audio and while no element shows it. */
  played: Played | null;
}

export interface ChatSnapshot {
  /** `me`, `bot` or a peer id. */
  from: string;
  name: string;
  text: string;
  toBot: boolean;
}

export interface Snapshot {
  /** `lobby`, `connecting`, `connected`, `reconnecting` or `closed`. */
  phase: PhaseName;
  /** With `closed`: `left`, `ended`, `unreachable` or `failed`. */
  closedWhy: string | null;
  closedDetail: string | null;
  roomId: string;
  serverVersion: string | null;
  me: { id: string; name: string; mic: string; webcam: string; share: string };
  path: MediaPath;
  peers: { id: string; name: string }[];
  consumers: ConsumerSnapshot[];
  /** Producer id by slot: `mic`, `webcam`, `share`, `shareSound`. */
  producers: Record<string, string>;
  activeSpeaker: string | null;
  /** What the server last said of this peer's connection, in bit/s. */
  downlink: { desired: number; available: number } | null;
  /** `off`, `opening` or `open`, for the channels that this peer sends on. */
  chat: { channel: string; botChannel: string; unread: number; messages: ChatSnapshot[] };
  tiles: { key: string; kind: string; peerId: string; own: boolean; hasVideo: boolean }[];
  soundBlocked: boolean;
  toasts: string[];
}

export interface Miso {
  state(): Snapshot;
  getStats(): Promise<Stats>;
  join(displayName?: string): void;
  leave(): void;
  /** Resolve once the browser has given or closed the device; sending follows on its own. */
  mute(muted: boolean): Promise<void>;
  camera(on: boolean): Promise<void>;
  share(on: boolean): Promise<void>;
  /** Throws when the channel is not open; `@bot …` goes to the bot. */
  sendChat(text: string): void;
  rename(name: string): Promise<void>;
  audioOnly(on: boolean): void;
  restartIce(): Promise<void>;
}

declare global {
  interface Window {
    miso?: Miso;
  }
}

export function exposeMiso(store: Store, client: RoomClient): void {
  window.miso = {
    state: () => snapshot(store, client),
    getStats: () => client.getStats(),
    join: (displayName) => {
      if (displayName !== undefined) {
        store.setState(({ me }) => ({ me: { ...me, name: displayName } }));
      }
      client.join();
    },
    leave: () => client.leave(),
    mute: (muted) => client.setMic(!muted),
    camera: (on) => client.setWebcam(on),
    share: (on) => client.setShare(on),
    sendChat: (text) => client.sendChat(text),
    rename: (name) => client.rename(name),
    audioOnly: (on) => client.setAudioOnly(on),
    restartIce: () => client.restartIce(),
  };
}

function snapshot(store: Store, client: RoomClient): Snapshot {
  const state = store.getState();
  const { phase, mic } = state;
  return {
    phase: phase.name,
    closedWhy: phase.name === 'closed' ? phase.why : null,
    closedDetail: phase.name === 'closed' ? phase.detail : null,
    roomId: state.room.id,
    serverVersion: state.room.serverVersion,
    me: {
      ...state.me,
      mic: mic.status === 'live' && mic.muted ? 'muted' : mic.status,
      webcam: state.webcam.status,
      share: state.share.status,
    },
    path: state.path,
    peers: Array.from(state.peers.values(), ({ id, name }) => ({ id, name })),
    consumers: consumersOf(store),
    producers: Object.fromEntries(
      Array.from(client.session?.producers ?? [], ([slot, producer]) => [slot, producer.id]),
    ),
    activeSpeaker: state.activeSpeaker,
    downlink: state.downlink,
    chat: chatOf(store),
    tiles: tilesOf(state).map(({ key, kind, peerId, own, video }) => ({
      key,
      kind,
      peerId,
      own,
      hasVideo: video !== null,
    })),
    soundBlocked: state.view.soundBlocked,
    toasts: state.toasts.map(({ text }) => text),
  };
}

function consumersOf(store: Store): ConsumerSnapshot[] {
  return Array.from(store.getState().media.values(), ({ track, score, layers, ...media }) => ({
    ...media,
    score: score?.score ?? null,
    layers: layers ?? null,
    trackMuted: track.muted,
    played: playedFrames(media.id),
  }));
}

function chatOf(store: Store): Snapshot['chat'] {
  const { messages, ...chat } = store.getState().chat;
  return {
    ...chat,
    messages: messages.map(({ from, name, text, toBot }) => ({
      from: from.kind === 'peer' ? from.id : from.kind,
      name,
      text,
      toBot,
    })),
  };
}
