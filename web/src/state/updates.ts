/** Pure steps from one state to the next; each returns only what changes. */
import type { PeerInfo } from '../signalling/messages';
import { cleanName } from '../settings/names';
import type { Prefs } from '../settings/prefs';
import type {
  Chat,
  ChatMessage,
  LocalDevice,
  Peer,
  RemoteMedia,
  State,
  Toast,
  View,
} from './types';

type Step = Partial<State>;

/** Oldest messages beyond this many are forgotten. */
export const MAX_HISTORY = 500;

/** More toasts than this at a time would cover the room; the oldest goes first. */
const MAX_TOASTS = 4;

export function peerOf(info: PeerInfo): Peer {
  return { id: info.id, name: cleanName(info.displayName), device: info.device };
}

export function setPeers(infos: readonly PeerInfo[]): Step {
  return { peers: new Map(infos.map((info) => [info.id, peerOf(info)])) };
}

export function addPeer(state: State, info: PeerInfo): Step {
  return { peers: including(state.peers, info.id, peerOf(info)) };
}

export function removePeer(state: State, id: string): Step {
  const activeSpeaker = state.activeSpeaker === id ? null : state.activeSpeaker;
  return { peers: without(state.peers, id), activeSpeaker };
}

export function renamePeer(state: State, id: string, name: string): Step {
  const peer = state.peers.get(id);
  if (peer === undefined) return {};
  return { peers: including(state.peers, id, { ...peer, name: cleanName(name) }) };
}

export function addMedia(state: State, media: RemoteMedia): Step {
  return { media: including(state.media, media.id, media) };
}

export function changeMedia(state: State, id: string, change: Partial<RemoteMedia>): Step {
  const media = state.media.get(id);
  return media === undefined ? {} : { media: including(state.media, id, { ...media, ...change }) };
}

export function removeMedia(state: State, id: string): Step {
  return { media: without(state.media, id) };
}

export function changeDevice(
  state: State,
  source: 'mic' | 'webcam',
  change: Partial<LocalDevice>,
): Step {
  return { [source]: { ...state[source], ...change } };
}

export function changeChat(state: State, change: Partial<Chat>): Step {
  return { chat: { ...state.chat, ...change } };
}

/** Appends a message; it counts as unread unless it is one's own or the chat is in view. */
export function addMessage(state: State, message: Omit<ChatMessage, 'key'>): Step {
  const { messages, unread } = state.chat;
  const key = (messages.at(-1)?.key ?? 0) + 1;
  const seen = message.from.kind === 'me' || state.view.panel === 'chat';
  return changeChat(state, {
    messages: [...messages, { ...message, key }].slice(-MAX_HISTORY),
    unread: seen ? unread : unread + 1,
  });
}

export function changeView(state: State, change: Partial<View>): Step {
  const view = { ...state.view, ...change };
  const chat = view.panel === 'chat' ? { ...state.chat, unread: 0 } : state.chat;
  return { view, chat };
}

export function changePrefs(state: State, change: Partial<Prefs>): Step {
  return { prefs: { ...state.prefs, ...change } };
}

export function addToast(state: State, kind: Toast['kind'], text: string): Step {
  const key = (state.toasts.at(-1)?.key ?? 0) + 1;
  const others = state.toasts.filter((toast) => toast.text !== text);
  return { toasts: [...others, { key, kind, text }].slice(-MAX_TOASTS) };
}

export function removeToast(state: State, key: number): Step {
  return { toasts: state.toasts.filter((toast) => toast.key !== key) };
}

/** What ends with a session: everything that the server had given. */
export function dropSession(state: State): Step {
  return {
    media: new Map(),
    path: { send: null, recv: null },
    activeSpeaker: null,
    downlink: null,
    ...changeChat(state, { channel: 'off', botChannel: 'off' }),
  };
}

type ById<T> = ReadonlyMap<string, T>;

function including<T>(map: ById<T>, id: string, value: T): ById<T> {
  return new Map(map).set(id, value);
}

function without<T>(map: ById<T>, id: string): ById<T> {
  const rest = new Map(map);
  rest.delete(id);
  return rest;
}
