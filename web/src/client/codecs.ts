/** How pictures and voices are encoded: pure choices from the URL's parameters. */
import type { types as ms } from 'mediasoup-client';
import type { Params } from '../settings/params';

export type VideoSource = 'webcam' | 'share';

export interface VideoSettings {
  codec?: ms.RtpCodecCapability;
  encodings?: ms.RtpEncodingParameters[];
  codecOptions: ms.ProducerCodecOptions;
}

/** kbit/s. Rising starts sharper and risks loss on a thin line before the estimate settles. */
const START_BITRATE = 1000;

/** Bit/s of the largest layer, and of the only one. */
const TOP_BITRATE = 5_000_000;

/** Smallest first; with fewer streams the smallest are left out. */
const LAYERS = [
  { scaleResolutionDownBy: 4, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 1_000_000 },
  { scaleResolutionDownBy: 1, maxBitrate: TOP_BITRATE },
];

/**
 * Codecs whose layers are in one stream, and their usual layers. The spatial ones that Chromium
 * makes of a screen in VP9 are all of full size. AV1 has none unless the address asks for them:
 * receivers are not sent the dependency descriptor, by which Chromium puts them together.
 */
const SVC: Partial<Record<string, Record<VideoSource, string>>> = {
  'video/vp9': { webcam: 'L3T3_KEY', share: 'L3T3' },
  'video/av1': { webcam: 'L1T3', share: 'L1T3' },
};

/** Voice: mono, silent when nobody speaks, robust against loss. */
export const VOICE_OPTIONS: ms.ProducerCodecOptions = {
  opusStereo: false,
  opusDtx: true,
  opusFec: true,
  opusNack: true,
};

/** Sound of a shared screen may be music. */
export const SHARE_SOUND_OPTIONS: ms.ProducerCodecOptions = {
  opusStereo: true,
  opusDtx: false,
  opusFec: true,
  opusNack: true,
};

/** Throws when the URL forces a codec that browser and server do not share. */
export function videoSettings(
  source: VideoSource,
  params: Params,
  capabilities: ms.RtpCapabilities,
  handlerName: string,
): VideoSettings {
  const codec = chosenCodec(params, capabilities);
  const codecOptions = { videoGoogleStartBitrate: START_BITRATE };
  const layered = source === 'webcam' ? params.webcamLayers : params.sharingLayers;
  const encodings = layered ? encodingsFor(source, params, codec, handlerName) : undefined;
  return params.forceCodec === null
    ? { encodings, codecOptions }
    : { codec, encodings, codecOptions };
}

function chosenCodec(params: Params, { codecs = [] }: ms.RtpCapabilities): ms.RtpCodecCapability {
  const { forceCodec } = params;
  const wanted = forceCodec === null ? 'video/' : `video/${forceCodec.toLowerCase()}`;
  const codec = codecs.find(({ mimeType }) => mimeType.toLowerCase().startsWith(wanted));
  if (codec === undefined) {
    throw new Error(`${forceCodec ?? 'video'} is not supported by this browser and server`);
  }
  return codec;
}

function encodingsFor(
  source: VideoSource,
  params: Params,
  codec: ms.RtpCodecCapability,
  handlerName: string,
): ms.RtpEncodingParameters[] {
  const asked = source === 'webcam' ? params.webcamScalabilityMode : params.sharingScalabilityMode;
  const extras = source === 'share' ? { dtx: true } : {};
  const svc = SVC[codec.mimeType.toLowerCase()];
  if (svc !== undefined) {
    // Firefox does not encode layers into one stream, and must not promise them.
    const scalabilityMode = handlerName.startsWith('Firefox') ? 'L1T1' : (asked ?? svc[source]);
    return [{ ...extras, maxBitrate: TOP_BITRATE, scalabilityMode }];
  }
  const streams = source === 'webcam' ? params.webcamStreams : params.sharingStreams;
  const layers = LAYERS.slice(LAYERS.length - streams);
  return layers.map((layer) => ({ ...extras, ...layer, scalabilityMode: asked ?? 'L1T3' }));
}

/** A screen is worth nothing when its letters cannot be read: fewer frames come before fewer pixels. */
export function keepsResolution(source: VideoSource, params: Params): boolean {
  return source === 'share' && params.contentHint !== 'motion';
}
