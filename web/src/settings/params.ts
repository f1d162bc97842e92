/** The page's URL parameters: parsed once at start into a complete value. */

export type VideoCodec = 'VP8' | 'H264' | 'VP9' | 'AV1';

/** What matters in a picture: smooth motion, fine detail, or letters. */
export type ContentHint = 'motion' | 'detail' | 'text';

export interface Params {
  /** Null when the address names no room yet. */
  roomId: string | null;
  displayName: string | null;
  /** With a display name: enter the room without the join screen. */
  autojoin: boolean;
  forceTcp: boolean;
  produce: boolean;
  consume: boolean;
  datachannel: boolean;
  forceCodec: VideoCodec | null;
  /** Sound goes with copies of what was sent before, where browser and server know how (RED). */
  audioRed: boolean;
  /** The browser's order of codecs rather than the server's. */
  preferLocalCodecs: boolean;
  webcamLayers: boolean;
  sharingLayers: boolean;
  webcamScalabilityMode: string | null;
  sharingScalabilityMode: string | null;
  /** 1 to 3. */
  webcamStreams: number;
  sharingStreams: number;
  /** Null leaves the camera to the browser, and takes a screen for detail. */
  contentHint: ContentHint | null;
  /** A screen may be sent in up to 3840×2160. */
  screenSharing4K: boolean;
  /** Further copies that the server sends of everything, to try how much it can bear. */
  consumerReplicas: number;
  /** Opens the statistics of oneself on entering. */
  stats: boolean;
  mic: boolean;
  webcam: boolean;
  handlerName: string | null;
}

/** The parameters that an invitation hands on; the guest's name and devices are the guest's. */
const INVITED = [
  'forceTcp',
  'produce',
  'consume',
  'datachannel',
  'forceVP8',
  'forceH264',
  'forceVP9',
  'forceAV1',
  'audioRed',
  'preferLocalCodecsOrder',
  'enableWebcamLayers',
  'enableSharingLayers',
  'webcamScalabilityMode',
  'sharingScalabilityMode',
  'numSimulcastStreams',
  'numWebcamSimulcastStreams',
  'numSharingSimulcastStreams',
  'videoContentHint',
  'screenSharing4K',
  'consumerReplicas',
  'handlerName',
] as const;

/** The first that is set wins. */
const CODECS: readonly VideoCodec[] = ['VP8', 'H264', 'VP9', 'AV1'];

const HINTS: readonly ContentHint[] = ['motion', 'detail', 'text'];

const MAX_STREAMS = 3;

/** The server takes no more. */
const MAX_REPLICAS = 16;

export function parseParams(search: string): Params {
  const query = new URLSearchParams(search);
  const displayName = text(query, 'displayName');
  const streams = count(query, 'numSimulcastStreams', { low: 1, high: MAX_STREAMS }) ?? MAX_STREAMS;
  const streamsOf = (source: string) =>
    count(query, `num${source}SimulcastStreams`, { low: 1, high: MAX_STREAMS }) ?? streams;
  return {
    roomId: text(query, 'roomId'),
    displayName,
    autojoin: displayName !== null && flag(query, 'autojoin', false),
    forceTcp: flag(query, 'forceTcp', false),
    produce: flag(query, 'produce', true),
    consume: flag(query, 'consume', true),
    datachannel: flag(query, 'datachannel', true),
    forceCodec: CODECS.find((codec) => flag(query, `force${codec}`, false)) ?? null,
    audioRed: flag(query, 'audioRed', false),
    preferLocalCodecs: flag(query, 'preferLocalCodecsOrder', false),
    webcamLayers: flag(query, 'enableWebcamLayers', true),
    sharingLayers: flag(query, 'enableSharingLayers', true),
    webcamScalabilityMode: scalabilityMode(query, 'webcamScalabilityMode'),
    sharingScalabilityMode: scalabilityMode(query, 'sharingScalabilityMode'),
    webcamStreams: streamsOf('Webcam'),
    sharingStreams: streamsOf('Sharing'),
    contentHint: HINTS.find((hint) => hint === query.get('videoContentHint')) ?? null,
    screenSharing4K: flag(query, 'screenSharing4K', false),
    consumerReplicas: count(query, 'consumerReplicas', { low: 0, high: MAX_REPLICAS }) ?? 0,
    stats: flag(query, 'stats', false) || flag(query, 'info', false),
    mic: flag(query, 'mic', true),
    webcam: flag(query, 'webcam', true),
    handlerName: text(query, 'handlerName') ?? text(query, 'handler'),
  };
}

/** The address to send to a guest. */
export function inviteLink(page: { origin: string; pathname: string; search: string }): string {
  const query = new URLSearchParams(page.search);
  const kept = new URLSearchParams();
  kept.set('roomId', query.get('roomId') ?? '');
  for (const name of INVITED) {
    const value = query.get(name);
    if (value !== null) kept.set(name, value);
  }
  return `${page.origin}${page.pathname}?${kept.toString()}`;
}

/** `search` with `roomId` set, everything else kept. */
export function withRoom(search: string, roomId: string): string {
  const query = new URLSearchParams(search);
  query.set('roomId', roomId);
  return `?${query.toString()}`;
}

/** The WebSocket on the page's own origin. */
export function signallingUrl(
  page: { protocol: string; host: string },
  { roomId, peerId, replicas = 0 }: { roomId: string; peerId: string; replicas?: number },
): string {
  const scheme = page.protocol === 'http:' ? 'ws' : 'wss';
  const room = encodeURIComponent(roomId);
  const copies = replicas > 0 ? `&consumerReplicas=${replicas}` : '';
  return `${scheme}://${page.host}/?roomId=${room}&peerId=${encodeURIComponent(peerId)}${copies}`;
}

function text(query: URLSearchParams, name: string): string | null {
  const value = query.get(name)?.trim();
  return value === undefined || value === '' ? null : value;
}

/** A parameter that is present means yes unless it says otherwise. */
function flag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const value = query.get(name);
  if (value === null) return otherwise;
  return !['false', '0', 'no', 'off'].includes(value.trim().toLowerCase());
}

function scalabilityMode(query: URLSearchParams, name: string): string | null {
  const value = text(query, name);
  return value !== null && /^[LS][1-9]T[1-9](h|_KEY|_KEY_SHIFT)?$/.test(value) ? value : null;
}

/** Null when it is absent or no whole number; what is out of bounds is brought back into them. */
function count(
  query: URLSearchParams,
  name: string,
  { low, high }: { low: number; high: number },
): number | null {
  const value = text(query, name);
  const number = Number(value);
  return value === null || !Number.isInteger(number) ? null : Math.min(high, Math.max(low, number));
}
