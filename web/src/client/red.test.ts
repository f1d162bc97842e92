import { testFakeParameters as fake } from 'mediasoup-client';
import { describe, expect, it } from 'vitest';
import { answerWithRed, knowsRed, parametersWithRed } from './red';

const sdp = (...lines: string[]) => `${lines.join('\r\n')}\r\n`;

/** Sound as Chromium offers it, a picture, and sound as Firefox offers it. */
const OFFER = sdp(
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 116',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:116 red/90000',
  'm=audio 9 UDP/TLS/RTP/SAVPF 109',
  'a=mid:2',
  'a=rtpmap:109 opus/48000/2',
);

const ANSWER = sdp(
  'v=0',
  'm=audio 7 UDP/TLS/RTP/SAVPF 111',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 usedtx=1',
  'a=mid:0',
  'm=video 7 UDP/TLS/RTP/SAVPF 96',
  'a=rtpmap:96 VP8/90000',
  'a=mid:1',
  'm=audio 7 UDP/TLS/RTP/SAVPF 109',
  'a=rtpmap:109 opus/48000/2',
  'a=mid:2',
);

describe('answerWithRed', () => {
  it('puts RED first where it was offered, and touches nothing else', () => {
    const { sdp: answer, red } = answerWithRed(ANSWER, OFFER);
    expect(answer.split('\r\n').filter((line) => !ANSWER.includes(`${line}\r\n`))).toEqual([
      'm=audio 7 UDP/TLS/RTP/SAVPF 63 111',
      'a=rtpmap:63 red/48000/2',
      'a=fmtp:63 111/111',
    ]);
    expect([...red]).toEqual([['0', { payloadType: 63, blocks: '111/111' }]]);
  });

  it('leaves an answer alone in which the codec inside RED is not', () => {
    const closed = ANSWER.replace('7 UDP/TLS/RTP/SAVPF 111', '0 UDP/TLS/RTP/SAVPF').replace(
      'a=rtpmap:111 opus/48000/2\r\n',
      '',
    );
    expect(answerWithRed(closed, OFFER)).toEqual({ sdp: closed, red: new Map() });
  });

  it('leaves all alone without an offer', () => {
    expect(answerWithRed(ANSWER, '').sdp).toBe(ANSWER);
  });
});

describe('parametersWithRed', () => {
  it('adds RED behind the codec that is in it', () => {
    const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
    const parameters = parametersWithRed(
      { codecs: [opus] },
      { payloadType: 63, blocks: '111/111' },
    );
    expect(parameters.codecs).toHaveLength(2);
    expect(parameters.codecs[0]).toBe(opus);
    expect(parameters.codecs[1]).toMatchObject({
      mimeType: 'audio/red',
      payloadType: 63,
      parameters: { '': '111/111' },
    });
  });
});

describe('knowsRed', () => {
  it('needs it among what both ends know', () => {
    const red = { kind: 'audio' as const, mimeType: 'audio/RED', clockRate: 48_000 };
    expect(knowsRed({ codecs: [{ ...red, preferredPayloadType: 63 }] })).toBe(true);
    expect(knowsRed(fake.generateRouterRtpCapabilities())).toBe(false);
    expect(knowsRed({})).toBe(false);
  });
});
