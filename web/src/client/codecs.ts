/** How pictures and voices are encoded: pure choices from the URL's parameters. */
import { parseScalabilityMode, type types as ms } from 'mediasoup-client';
import type { ContentHint, Params } from '../settings/params';

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
 * Codecs whose layers are in one stream, and their usual layers. Screens have none but of time, so
 * that fewer frames come before fewer pixels.
 */
const SVC: Partial<Record<string, Record<VideoSource, string>>> = {
  'video/vp9': { webcam: 'L3T3_KEY', share: 'L1T3' },
  'video/av1': { webcam: 'L3T3_KEY', share: 'L1T3' },
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
  const codec = videoCodec(params, capabilities);
  const codecOptions = { videoGoogleStartBitrate: START_BITRATE };
  const layered = source === 'webcam' ? params.webcamLayers : params.sharingLayers;
  const encodings = layered ? encodingsFor(source, params, codec, handlerName) : undefined;
  return params.forceCodec === null
    ? { encodings, codecOptions }
    : { codec, encodings, codecOptions };
}

/** The codec that pictures are sent in. Throws as `videoSettings` does. */
export function videoCodec(
  params: Params,
  { codecs = [] }: ms.RtpCapabilities,
): ms.RtpCodecCapability {
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

/**
 * What the browser is told of a screen: letters, unless motion matters more. Chromium sends nothing
 * at all of letters in several spatial layers of VP9.
 */
export function screenHint(params: Params, capabilities: ms.RtpCapabilities): ContentHint {
  const { spatialLayers } = parseScalabilityMode(params.sharingScalabilityMode ?? undefined);
  const isVp9 = videoCodec(params, capabilities).mimeType.toLowerCase() === 'video/vp9';
  const layered = isVp9 && params.sharingLayers && spatialLayers > 1;
  return layered ? 'motion' : (params.contentHint ?? 'detail');
}

/** A screen is worth nothing when it cannot be read: fewer frames come before fewer pixels. */
export function keepsResolution(params: Params): boolean {
  return params.contentHint !== 'motion';
}
