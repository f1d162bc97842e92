import { testFakeParameters as fake, type types as ms } from 'mediasoup-client';
import { describe, expect, it } from 'vitest';
import { parseParams } from '../settings/params';
import { videoSettings } from './codecs';

function codec(name: string): ms.RtpCodecCapability {
  return { kind: 'video', mimeType: `video/${name}`, clockRate: 90_000, preferredPayloadType: 96 };
}

const ALL: ms.RtpCapabilities = { codecs: ['VP8', 'VP9', 'H264', 'AV1'].map(codec) };

const settings = (search: string, source: 'webcam' | 'share' = 'webcam', handler = 'Chrome111') =>
  videoSettings(source, parseParams(search), ALL, handler);

describe('videoSettings', () => {
  it('sends three layers of VP8, smallest first, with a start bitrate of 1000 kbit/s', () => {
    expect(settings('')).toEqual({
      encodings: [
        { scaleResolutionDownBy: 4, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
        { scaleResolutionDownBy: 2, maxBitrate: 1_000_000, scalabilityMode: 'L1T3' },
        { scaleResolutionDownBy: 1, maxBitrate: 5_000_000, scalabilityMode: 'L1T3' },
      ],
      codecOptions: { videoGoogleStartBitrate: 1000 },
    });
  });

  it('drops the smallest layers first', () => {
    const sizes = (search: string) =>
      settings(search).encodings?.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
    expect(sizes('?numSimulcastStreams=2')).toEqual([2, 1]);
    expect(sizes('?numSimulcastStreams=1')).toEqual([1]);
  });

  it('leaves the browser’s single stream when layers are switched off', () => {
    expect(settings('?enableWebcamLayers=false').encodings).toBeUndefined();
    expect(settings('?enableSharingLayers=false', 'share').encodings).toBeUndefined();
    expect(settings('?enableSharingLayers=false').encodings).toHaveLength(3);
  });

  it('sends VP9 as one stream with spatial layers inside', () => {
    const { codec: chosen, encodings } = settings('?forceVP9=true');
    expect(chosen?.mimeType).toBe('video/VP9');
    expect(encodings).toEqual([{ maxBitrate: 5_000_000, scalabilityMode: 'L3T3_KEY' }]);
    expect(settings('?forceVP9=1', 'share').encodings?.[0]).toMatchObject({
      dtx: true,
      scalabilityMode: 'L3T3',
    });
  });

  it('does the same when VP9 is the server’s first choice', () => {
    const first = { codecs: ['VP9', 'VP8'].map(codec) };
    const { codec: chosen, encodings } = videoSettings(
      'webcam',
      parseParams(''),
      first,
      'Chrome111',
    );
    expect(chosen).toBeUndefined();
    expect(encodings).toHaveLength(1);
  });

  it('promises no spatial layers that Firefox would not send', () => {
    expect(settings('?forceVP9=1', 'webcam', 'Firefox120').encodings).toEqual([
      { maxBitrate: 5_000_000, scalabilityMode: 'L1T1' },
    ]);
  });

  it('takes the scalability mode of the address', () => {
    const { encodings } = settings('?webcamScalabilityMode=L1T2');
    expect(new Set(encodings?.map(({ scalabilityMode }) => scalabilityMode))).toEqual(
      new Set(['L1T2']),
    );
  });

  it('fails in words when the forced codec is missing', () => {
    const capabilities = fake.generateRouterRtpCapabilities();
    expect(() =>
      videoSettings('webcam', parseParams('?forceAV1=1'), capabilities, 'Chrome111'),
    ).toThrow('AV1 is not supported');
  });
});
