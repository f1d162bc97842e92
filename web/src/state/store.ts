import { createStore, type StoreApi } from 'zustand/vanilla';
import { cleanName } from '../settings/names';
import type { Prefs } from '../settings/prefs';
import type { LocalDevice, State } from './types';

export type Store = StoreApi<State>;

const OFF: LocalDevice = { status: 'off', track: null, muted: false, problem: null };

export function createRoomStore(roomId: string, peerId: string, prefs: Prefs): Store {
  return createStore<State>(() => ({
    phase: { name: 'lobby' },
    room: { id: roomId, serverVersion: null },
    me: { id: peerId, name: prefs.displayName === '' ? '' : cleanName(prefs.displayName) },
    peers: new Map(),
    media: new Map(),
    path: { send: null, recv: null },
    activeSpeaker: null,
    downlink: null,
    mic: OFF,
    webcam: OFF,
    share: { status: 'off', video: null, audio: null },
    devices: { mics: [], webcams: [], speakers: [] },
    chat: { messages: [], unread: 0, channel: 'off', botChannel: 'off' },
    toasts: [],
    view: {
      panel: null,
      statsOf: null,
      pinned: null,
      audioOnly: false,
      soundBlocked: false,
      statsOpen: false,
      settingsOpen: false,
    },
    prefs,
  }));
}
