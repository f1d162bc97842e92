/** The shape of everything that the interface shows. */
import type { types as ms } from 'mediasoup-client';
import type { ConsumerScore, ConsumerType, PeerDevice } from '../signalling/messages';
import type { Offered, Wanted } from '../quality/reason';
import type { Prefs } from '../settings/prefs';

/** Where the visit stands. */
export type Phase =
  | { name: 'lobby' }
  | { name: 'connecting'; attempt: number }
  | { name: 'connected'; since: number }
  | { name: 'reconnecting'; attempt: number }
  | { name: 'closed'; why: 'left' | 'ended' | 'unreachable' | 'failed'; detail: string | null };

export type PhaseName = Phase['name'];

/** A person in the room other than oneself, or a broadcaster. */
export interface Peer {
  id: string;
  name: string;
  device: PeerDevice;
}

/** Media that is received: one consumer. */
export interface RemoteMedia {
  id: string;
  peerId: string;
  kind: ms.MediaKind;
  share: boolean;
  type: ConsumerType;
  track: MediaStreamTrack;
  codec: string;
  /** The sender has muted it. */
  producerPaused: boolean;
  /** It is not wanted here now: audio-only mode, or its tile is out of sight. */
  localPaused: boolean;
  score: ConsumerScore | null;
  /** Null layers mean that the server can send none; undefined, that it has not said. */
  layers?: { spatial: number | null; temporal: number | null };
  /** The layers there are to choose from; null without any. */
  offered: Offered | null;
  /** The layers that are asked for; null without any. */
  wanted: Wanted | null;
  /** What the person has chosen rather than left to the app; null leaves it to the app. */
  chosen: ChosenLayers;
  /** 1 to 255: who comes first where the connection does not carry all. */
  priority: number;
}

export interface ChosenLayers {
  spatial: number | null;
  temporal: number | null;
}

export type Problem = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed';

/** One's own microphone or camera. */
export interface LocalDevice {
  status: 'off' | 'starting' | 'live';
  track: MediaStreamTrack | null;
  /** Only a live microphone can be muted; a camera is switched off. */
  muted: boolean;
  problem: Problem | null;
}

export interface LocalShare {
  status: 'off' | 'starting' | 'live';
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
}

export interface DeviceChoice {
  id: string;
  label: string;
}

export interface Devices {
  mics: DeviceChoice[];
  webcams: DeviceChoice[];
  speakers: DeviceChoice[];
}

export interface ChatMessage {
  key: number;
  from: { kind: 'me' } | { kind: 'bot' } | { kind: 'peer'; id: string };
  /** The sender's name when it arrived. */
  name: string;
  text: string;
  toBot: boolean;
  /** Milliseconds since the epoch. */
  at: number;
}

export type ChannelState = 'off' | 'opening' | 'open';

export interface Chat {
  messages: ChatMessage[];
  unread: number;
  channel: ChannelState;
  botChannel: ChannelState;
}

export interface Toast {
  key: number;
  kind: 'info' | 'error';
  text: string;
}

export type Panel = 'chat' | 'people' | 'stats' | null;

export interface View {
  panel: Panel;
  /** The tile whose statistics the panel shows; any when it is gone. */
  statsOf: string | null;
  /** The tile that the person has enlarged. */
  pinned: string | null;
  audioOnly: boolean;
  /** The browser refuses to play sound until a click. */
  soundBlocked: boolean;
  statsOpen: boolean;
  settingsOpen: boolean;
}

export interface Me {
  id: string;
  name: string;
}

export interface Room {
  id: string;
  serverVersion: string | null;
}

/** In bit/s. */
export interface Downlink {
  /** What all that is received would take. */
  desired: number;
  /** What the connection gives. */
  available: number;
}

/** The state of the two media transports; null when there is none. */
export interface MediaPath {
  send: ms.ConnectionState | null;
  recv: ms.ConnectionState | null;
}

export interface State {
  phase: Phase;
  room: Room;
  me: Me;
  /** By id. A map, because ids come from strangers and must not meet an object's prototype. */
  peers: ReadonlyMap<string, Peer>;
  media: ReadonlyMap<string, RemoteMedia>;
  path: MediaPath;
  activeSpeaker: string | null;
  /** What the server can send to this peer, as it last said. */
  downlink: Downlink | null;
  mic: LocalDevice;
  webcam: LocalDevice;
  share: LocalShare;
  devices: Devices;
  chat: Chat;
  toasts: Toast[];
  view: View;
  prefs: Prefs;
}
