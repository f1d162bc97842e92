/** Which tiles the stage shows: derived from the state, kept nowhere. */
import type { Peer, RemoteMedia, State } from './types';

export interface Tile {
  /** Stable while the same picture is shown. */
  key: string;
  kind: 'camera' | 'share';
  peerId: string;
  name: string;
  own: boolean;
  /** The whole picture is shown, rather than as much of it as fills the tile. */
  whole: boolean;
  /** Null shows the avatar. */
  video: MediaStreamTrack | null;
  consumerId: string | null;
  micOff: boolean;
  /** The picture is held: by its sender, by audio-only mode, or because no layer can be sent. */
  held: boolean;
  /** 0 to 10; null when unknown. */
  score: number | null;
}

type Source = Pick<State, 'me' | 'peers' | 'media' | 'mic' | 'webcam' | 'share'>;

/** Own tiles first, then each peer's: every camera, every shared screen. */
export function tilesOf(state: Source): Tile[] {
  const tiles = ownTiles(state);
  const byPeer = groupMedia(state);
  for (const [peerId, media] of byPeer) {
    tiles.push(...peerTiles(state.peers.get(peerId) ?? strangerOf(peerId), media));
  }
  return tiles;
}

/** Whoever sends nothing sees others only, once there are any. */
export function tilesInView(state: Source, produce: boolean): Tile[] {
  const all = tilesOf(state);
  return produce || all.length === 1 ? all : all.filter(({ own }) => !own);
}

/** The peers that no voice is heard of: no microphone, or all of them muted. */
export function mutedPeers(peers: State['peers'], media: State['media']): Set<string> {
  const muted = new Set(peers.keys());
  for (const { kind, share, producerPaused, peerId } of media.values()) {
    if (kind === 'audio' && !share && !producerPaused) muted.delete(peerId);
  }
  return muted;
}

/** The tile to enlarge: the pinned one, else the newest screen that somebody else shares. */
export function mainTile(tiles: readonly Tile[], pinned: string | null): string | null {
  if (pinned !== null && tiles.some((tile) => tile.key === pinned)) return pinned;
  return tiles.findLast((tile) => tile.kind === 'share' && !tile.own)?.key ?? null;
}

function ownTiles({ me, mic, webcam, share }: Source): Tile[] {
  const common = { peerId: me.id, name: me.name, own: true, consumerId: null, held: false };
  const micOff = mic.status !== 'live' || mic.muted;
  const look = { kind: 'camera', whole: false, video: webcam.track } as const;
  const camera = { ...common, ...look, key: 'me', micOff };
  const tiles: Tile[] = [{ ...camera, score: null }];
  if (share.video !== null) {
    const look = { kind: 'share', whole: true, video: share.video } as const;
    tiles.push({ ...common, ...look, key: 'me:share', micOff: false, score: null });
  }
  return tiles;
}

function groupMedia({ peers, media }: Source): Map<string, RemoteMedia[]> {
  const groups = new Map<string, RemoteMedia[]>(Array.from(peers.keys(), (id) => [id, []]));
  for (const item of media.values()) {
    const group = groups.get(item.peerId);
    if (group === undefined) groups.set(item.peerId, [item]);
    else group.push(item);
  }
  return groups;
}

function peerTiles(peer: Peer, media: RemoteMedia[]): Tile[] {
  const voices = media.filter((item) => item.kind === 'audio' && !item.share);
  const micOff = !voices.some((voice) => !voice.producerPaused);
  const common = { peerId: peer.id, name: peer.name, own: false };
  const tiles = media
    .filter((item) => item.kind === 'video')
    .map((item): Tile => {
      const whole = item.share || isBroadcaster(peer);
      return { ...common, ...videoOf(item), whole, micOff: !item.share && micOff };
    });
  const camera = tiles.find((tile) => tile.kind === 'camera');
  if (camera !== undefined) {
    // The peer's place on the stage stays the same when the camera goes off and on.
    camera.key = peer.id;
    return tiles;
  }
  const blank = {
    kind: 'camera',
    whole: false,
    video: null,
    consumerId: null,
    held: false,
  } as const;
  const score = voices[0]?.score?.score ?? null;
  return [{ ...common, ...blank, key: peer.id, micOff, score }, ...tiles];
}

function videoOf(item: RemoteMedia) {
  return {
    key: item.id,
    kind: item.share ? 'share' : 'camera',
    video: item.track,
    consumerId: item.id,
    held: item.producerPaused || item.localPaused || item.layers?.spatial === null,
    score: item.score?.score ?? null,
  } as const;
}

/** By these names programs call themselves that show films and the like; a face they hardly send. */
const BROADCASTERS: readonly unknown[] = ['broadcaster', 'ffmpeg', 'gstreamer'];

function isBroadcaster({ device }: Peer): boolean {
  return BROADCASTERS.includes(device.flag);
}

/** Media may belong to somebody the server does not list, such as a broadcaster with one's own id. */
function strangerOf(id: string): Peer {
  return { id, name: id, device: {} };
}
