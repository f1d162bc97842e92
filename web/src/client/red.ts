/**
 * Sound with copies of what was sent before (RED, RFC 2198), against losses. mediasoup-client answers
 * an offer with one codec, but RED needs the one that is in it beside it. So the answer gets RED put
 * back in, first in the list, which is how Chromium is told to send it; and the server is told.
 */
import type { types as ms } from 'mediasoup-client';

/** RED in a section of an offer. */
export interface Red {
  payloadType: number;
  /** What is in it, `111/111`: a list of payload types. */
  blocks: string;
}

/** Whether browser and server both know RED. */
export function knowsRed({ codecs = [] }: ms.RtpCapabilities): boolean {
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === 'audio/red');
}

/** The answer with RED in each section for sound whose offer has it, and what RED is there, by `mid`. */
export function answerWithRed(
  answer: string,
  offer: string,
): { sdp: string; red: ReadonlyMap<string, Red> } {
  const offered = new Map(sectionsOf(offer).map((section) => [midOf(section), section]));
  const red = new Map<string, Red>();
  const sections = sectionsOf(answer).map((section) => {
    const mid = midOf(section);
    const found = mid === null ? null : redIn(offered.get(mid) ?? '');
    const completed = found === null ? null : withRed(section, found);
    if (mid === null || found === null || completed === null) return section;
    red.set(mid, found);
    return completed;
  });
  return { sdp: sections.join('\r\n'), red };
}

/** What is sent, with RED among the codecs. */
export function parametersWithRed(
  parameters: ms.RtpParameters,
  { payloadType, blocks }: Red,
): ms.RtpParameters {
  const codec: ms.RtpCodecParameters = {
    mimeType: 'audio/red',
    payloadType,
    clockRate: 48_000,
    channels: 2,
    parameters: { '': blocks },
    rtcpFeedback: [],
  };
  return { ...parameters, codecs: [...parameters.codecs, codec] };
}

/**
 * What `open` makes, with RED in the answers to the connection that it makes on the way, and which RED
 * was negotiated in a section.
 */
export function openWithRed<T>(open: () => T): { opened: T; redOf: (mid: string) => Red | null } {
  const Native = globalThis.RTCPeerConnection;
  let negotiated: ReadonlyMap<string, Red> = new Map();
  class Connection extends Native {
    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const { type, sdp = '' } = description;
      const answer = answerWithRed(sdp, this.localDescription?.sdp ?? '');
      await super.setRemoteDescription({ type, sdp: answer.sdp });
      negotiated = answer.red;
    }
  }
  globalThis.RTCPeerConnection = Connection;
  try {
    return { opened: open(), redOf: (mid) => negotiated.get(mid) ?? null };
  } finally {
    globalThis.RTCPeerConnection = Native;
  }
}

/** The session's own lines, and those of each medium. */
function sectionsOf(sdp: string): string[] {
  return sdp.split(/\r\n(?=m=)/);
}

function midOf(section: string): string | null {
  return /^a=mid:(.+)$/m.exec(section)?.[1]?.trim() ?? null;
}

function redIn(section: string): Red | null {
  const payloadType = /^a=rtpmap:(\d+) red\/48000\/2\s*$/im.exec(section)?.[1];
  if (payloadType === undefined) return null;
  const blocks = new RegExp(`^a=fmtp:${payloadType} (\\d+(?:/\\d+)*)\\s*$`, 'm').exec(section)?.[1];
  return blocks === undefined ? null : { payloadType: Number(payloadType), blocks };
}

/** Null where what is in RED is not answered with. */
function withRed(section: string, { payloadType, blocks }: Red): string | null {
  const [inner = ''] = blocks.split('/');
  const inside = new RegExp(`^a=rtpmap:${inner} `, 'm');
  if (!section.startsWith('m=audio ') || !inside.test(section)) return null;
  const lines = [`a=rtpmap:${payloadType} red/48000/2`, `a=fmtp:${payloadType} ${blocks}`];
  return section
    .replace(/^m=audio (\S+) (\S+) /, `m=audio $1 $2 ${payloadType} `)
    .replace(inside, (line) => `${lines.join('\r\n')}\r\n${line}`);
}
