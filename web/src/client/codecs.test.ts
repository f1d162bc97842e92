import { testFakeParameters as fake, type types as ms } from 'mediasoup-client';
import { describe, expect, it } from 'vitest';
import { parseParams } from '../settings/params';
import { keepsResolution, screenHint, videoSettings } from './codecs';

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
      scalabilityMode: 'L1T3',
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

  it('promises no layers in one stream that Firefox would not send', () => {
    const single = [{ maxBitrate: 5_000_000, scalabilityMode: 'L1T1' }];
    for (const search of ['?forceVP9=1', '?forceAV1=1', '?forceVP9=1&webcamScalabilityMode=L3T3']) {
      expect(settings(search, 'webcam', 'Firefox120').encodings).toEqual(single);
    }
  });

  it('sends AV1 as one stream with the layers that the address asks for', () => {
    const modes = (search: string, source: 'webcam' | 'share' = 'webcam') =>
      settings(search, source).encodings?.map(({ scalabilityMode }) => scalabilityMode);
    expect(modes('?forceAV1=1')).toEqual(['L3T3_KEY']);
    expect(modes('?forceAV1=1&webcamScalabilityMode=L3T3')).toEqual(['L3T3']);
    expect(modes('?forceAV1=1&sharingScalabilityMode=L2T2', 'share')).toEqual(['L2T2']);
    expect(modes('?forceAV1=1&sharingScalabilityMode=L2T2')).toEqual(['L3T3_KEY']);
  });

  it('counts the streams of camera and screen apart', () => {
    const search = '?numWebcamSimulcastStreams=2&numSharingSimulcastStreams=1';
    expect(settings(search).encodings).toHaveLength(2);
    expect(settings(search, 'share').encodings).toHaveLength(1);
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

describe('a screen', () => {
  const hint = (search: string) => screenHint(parseParams(search), ALL);

  it('is for reading, unless the address says otherwise', () => {
    expect(hint('')).toBe('detail');
    expect(hint('?videoContentHint=text')).toBe('text');
    expect(hint('?videoContentHint=motion')).toBe('motion');
  });

  it('is called motion where Chromium would send nothing', () => {
    const layered = 'sharingScalabilityMode=L3T3';
    expect(hint(`?forceVP9=1&${layered}`)).toBe('motion');
    expect(hint(`?forceAV1=1&${layered}`)).toBe('detail');
    expect(hint(`?forceVP9=1&${layered}&enableSharingLayers=false`)).toBe('detail');
    expect(hint('?forceVP9=1')).toBe('detail');
  });

  it('keeps its resolution rather than its frame rate, unless motion was asked for', () => {
    const keeps = (search: string) => keepsResolution(parseParams(search));
    expect(keeps('?forceVP9=1&sharingScalabilityMode=L3T3')).toBe(true);
    expect(keeps('?videoContentHint=motion')).toBe(false);
  });
});
