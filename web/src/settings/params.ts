/** The page's URL parameters: parsed once at start into a complete value. */

export type VideoCodec = 'VP8' | 'H264' | 'VP9' | 'AV1';

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
  webcamLayers: boolean;
  sharingLayers: boolean;
  webcamScalabilityMode: string | null;
  sharingScalabilityMode: string | null;
  /** 1 to 3, for the camera and the shared screen. */
  simulcastStreams: number;
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
  'enableWebcamLayers',
  'enableSharingLayers',
  'webcamScalabilityMode',
  'sharingScalabilityMode',
  'numSimulcastStreams',
  'handlerName',
] as const;

/** The first that is set wins. */
const CODECS: readonly VideoCodec[] = ['VP8', 'H264', 'VP9', 'AV1'];

export function parseParams(search: string): Params {
  const query = new URLSearchParams(search);
  const displayName = text(query, 'displayName');
  return {
    roomId: text(query, 'roomId'),
    displayName,
    autojoin: displayName !== null && flag(query, 'autojoin', false),
    forceTcp: flag(query, 'forceTcp', false),
    produce: flag(query, 'produce', true),
    consume: flag(query, 'consume', true),
    datachannel: flag(query, 'datachannel', true),
    forceCodec: CODECS.find((codec) => flag(query, `force${codec}`, false)) ?? null,
    webcamLayers: flag(query, 'enableWebcamLayers', true),
    sharingLayers: flag(query, 'enableSharingLayers', true),
    webcamScalabilityMode: scalabilityMode(query, 'webcamScalabilityMode'),
    sharingScalabilityMode: scalabilityMode(query, 'sharingScalabilityMode'),
    simulcastStreams: streams(query.get('numSimulcastStreams')),
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
  roomId: string,
  peerId: string,
): string {
  const scheme = page.protocol === 'http:' ? 'ws' : 'wss';
  const room = encodeURIComponent(roomId);
  return `${scheme}://${page.host}/?roomId=${room}&peerId=${encodeURIComponent(peerId)}`;
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

function streams(value: string | null): number {
  const count = Number(value ?? 3);
  return Number.isInteger(count) ? Math.min(3, Math.max(1, count)) : 3;
}
