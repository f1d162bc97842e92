import { describe, expect, it } from 'vitest';
import { inviteLink, parseParams, signallingUrl, withRoom } from './params';

describe('parseParams', () => {
  it('gives the documented defaults for an empty address', () => {
    expect(parseParams('')).toEqual({
      roomId: null,
      displayName: null,
      autojoin: false,
      forceTcp: false,
      produce: true,
      consume: true,
      datachannel: true,
      forceCodec: null,
      audioRed: false,
      webcamLayers: true,
      sharingLayers: true,
      webcamScalabilityMode: null,
      sharingScalabilityMode: null,
      preferLocalCodecs: false,
      webcamStreams: 3,
      sharingStreams: 3,
      contentHint: null,
      screenSharing4K: false,
      consumerReplicas: 0,
      stats: false,
      mic: true,
      webcam: true,
      handlerName: null,
    });
  });

  it('switches off what is set to false and on what is set to anything else', () => {
    const params = parseParams('?produce=false&consume=0&forceTcp=true&datachannel&webcam=no');
    expect(params).toMatchObject({
      produce: false,
      consume: false,
      forceTcp: true,
      datachannel: true,
      webcam: false,
    });
  });

  it('lets VP8 win over H264 over VP9 over AV1', () => {
    expect(parseParams('?forceVP9=true&forceH264=true').forceCodec).toBe('H264');
    expect(parseParams('?forceAV1=1&forceVP9=1').forceCodec).toBe('VP9');
    expect(parseParams('?forceVP8=false&forceAV1=1').forceCodec).toBe('AV1');
  });

  it('joins by itself only when a name is given too', () => {
    expect(parseParams('?autojoin=1').autojoin).toBe(false);
    expect(parseParams('?autojoin=1&displayName=Ada').autojoin).toBe(true);
    expect(parseParams('?displayName=Ada').autojoin).toBe(false);
  });

  it('keeps the number of simulcast streams between one and three', () => {
    const streams = (value: string) => parseParams(`?numSimulcastStreams=${value}`).webcamStreams;
    expect(['1', '2', '0', '9', 'x', '2.5', ''].map(streams)).toEqual([1, 2, 1, 3, 3, 3, 3]);
  });

  it('counts the streams of camera and screen apart where the address does', () => {
    const streams = (search: string) => {
      const { webcamStreams, sharingStreams } = parseParams(search);
      return [webcamStreams, sharingStreams];
    };
    expect(streams('?numSimulcastStreams=2')).toEqual([2, 2]);
    expect(streams('?numWebcamSimulcastStreams=1')).toEqual([1, 3]);
    expect(streams('?numSimulcastStreams=2&numSharingSimulcastStreams=1')).toEqual([2, 1]);
  });

  it('takes only the content hints that there are', () => {
    const hint = (value: string) => parseParams(`?videoContentHint=${value}`).contentHint;
    expect(['text', 'detail', 'motion', 'speech', ''].map(hint)).toEqual([
      ...['text', 'detail', 'motion'],
      ...[null, null],
    ]);
  });

  it('asks for no more replicas than the server gives', () => {
    const replicas = (value: string) => parseParams(`?consumerReplicas=${value}`).consumerReplicas;
    expect(['2', '-1', '1e9', 'undefined'].map(replicas)).toEqual([2, 0, 16, 0]);
  });

  it('opens the statistics under both names of the wish', () => {
    expect(['?stats=1', '?info=true', '?info=false'].map((it) => parseParams(it).stats)).toEqual([
      ...[true, true],
      false,
    ]);
  });

  it('reads the wishes for codec order and large screens', () => {
    const params = parseParams('?preferLocalCodecsOrder=true&screenSharing4K=true');
    expect(params).toMatchObject({ preferLocalCodecs: true, screenSharing4K: true });
  });

  it('takes the first of a repeated parameter', () => {
    expect(parseParams('?roomId=a&roomId=b').roomId).toBe('a');
  });

  it('refuses scalability modes that are none', () => {
    expect(parseParams('?webcamScalabilityMode=L1T2').webcamScalabilityMode).toBe('L1T2');
    expect(parseParams('?webcamScalabilityMode=L3T3_KEY').webcamScalabilityMode).toBe('L3T3_KEY');
    expect(parseParams('?webcamScalabilityMode="><b>').webcamScalabilityMode).toBeNull();
  });

  it('reads the handler under both its names', () => {
    expect(parseParams('?handler=Chrome111').handlerName).toBe('Chrome111');
    expect(parseParams('?handlerName=Firefox120').handlerName).toBe('Firefox120');
  });
});

describe('inviteLink', () => {
  it('keeps known parameters and drops the name, devices and unknown ones', () => {
    const page = {
      origin: 'https://miso.example',
      pathname: '/',
      search: '?roomId=a%20b&displayName=Ada&autojoin=1&forceTcp=true&mic=false&evil=1',
    };
    expect(inviteLink(page)).toBe('https://miso.example/?roomId=a+b&forceTcp=true');
  });
});

describe('withRoom', () => {
  it('adds the room and keeps everything else', () => {
    expect(withRoom('?forceTcp=1', 'calm-otter-1')).toBe('?forceTcp=1&roomId=calm-otter-1');
  });
});

describe('signallingUrl', () => {
  it('stays on the origin of the page and encodes both ids', () => {
    const page = { protocol: 'https:', host: 'miso.example:3000' };
    expect(signallingUrl(page, { roomId: 'a&b=ü /', peerId: 'p#1' })).toBe(
      'wss://miso.example:3000/?roomId=a%26b%3D%C3%BC%20%2F&peerId=p%231',
    );
  });

  it('asks for replicas only where the address does', () => {
    const page = { protocol: 'https:', host: 'h' };
    const ids = { roomId: 'r', peerId: 'p' };
    expect(signallingUrl(page, { ...ids, replicas: 2 })).toBe(
      'wss://h/?roomId=r&peerId=p&consumerReplicas=2',
    );
    expect(signallingUrl(page, { ...ids, replicas: 0 })).toBe('wss://h/?roomId=r&peerId=p');
  });

  it('is not encrypted on a page that is not', () => {
    const page = { protocol: 'http:', host: '127.0.0.1:8888' };
    expect(signallingUrl(page, { roomId: 'r', peerId: 'p' })).toBe(
      'ws://127.0.0.1:8888/?roomId=r&peerId=p',
    );
  });
});
