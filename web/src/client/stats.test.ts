import { describe, expect, it } from 'vitest';
import { readPath, readStream } from './stats';

function report(entries: Record<string, unknown>[]): [string, unknown][] {
  return entries.map((entry) => [String(entry.id), entry]);
}

function chromium(at: number, bytes: number, lost = 0) {
  return report([
    {
      id: 'T1',
      type: 'transport',
      timestamp: at,
      bytesSent: bytes,
      bytesReceived: bytes * 2,
      srtpCipher: 'AEAD_AES_128_GCM',
      tlsVersion: 'FEFD',
      dtlsState: 'connected',
      selectedCandidatePairId: 'P2',
    },
    { id: 'P1', type: 'candidate-pair', nominated: true, state: 'succeeded' },
    {
      id: 'P2',
      type: 'candidate-pair',
      localCandidateId: 'L',
      remoteCandidateId: 'R',
      currentRoundTripTime: 0.012,
      availableOutgoingBitrate: 2_000_000,
    },
    { id: 'L', type: 'local-candidate', protocol: 'tcp' },
    { id: 'R', type: 'remote-candidate', protocol: 'tcp', address: '10.0.0.1', port: 44444 },
    { id: 'I', type: 'inbound-rtp', packetsReceived: 100 + lost * 3, packetsLost: lost },
  ]);
}

describe('readPath', () => {
  it('tells cipher, protocol, address and round trip of the selected pair', () => {
    const { stats } = readPath(chromium(1000, 0), null);
    expect(stats).toMatchObject({
      srtpCipher: 'AEAD_AES_128_GCM',
      tlsVersion: 'FEFD',
      dtlsState: 'connected',
      protocol: 'tcp',
      remoteAddress: '10.0.0.1:44444',
      rtt: 12,
      availableSendBitrate: 2_000_000,
      sendBitrate: null,
      recvBitrate: null,
      loss: null,
    });
  });

  it('tells rates and loss between two samples', () => {
    const { sample } = readPath(chromium(1000, 1000), null);
    const { stats } = readPath(chromium(3000, 251_000, 10), sample);
    expect(stats.sendBitrate).toBe(1_000_000);
    expect(stats.recvBitrate).toBe(2_000_000);
    expect(stats.loss).toBe(0.25);
  });

  it('never tells a negative rate when the counters start again', () => {
    const { sample } = readPath(chromium(1000, 9000), null);
    expect(readPath(chromium(2000, 10), sample).stats.sendBitrate).toBe(0);
  });

  it('counts at the pair in Firefox, whose transport entry has no bytes', () => {
    const at = (time: number, bytes: number) =>
      report([
        { id: 'T', type: 'transport', timestamp: time, selectedCandidatePairId: 'P' },
        { id: 'P', type: 'candidate-pair', bytesSent: bytes, bytesReceived: 2 * bytes },
      ]);
    const { sample } = readPath(at(1000, 1000), null);
    const { stats } = readPath(at(2000, 2000), sample);
    expect([stats.sendBitrate, stats.recvBitrate]).toEqual([8000, 16_000]);
  });

  it('finds the pair in an older Firefox, which has no transport entry', () => {
    const entries = report([
      {
        id: 'P',
        type: 'candidate-pair',
        selected: true,
        timestamp: 5,
        bytesSent: 7,
        bytesReceived: 8,
        localCandidateId: 'L',
      },
      { id: 'L', type: 'local-candidate', protocol: 'udp' },
    ]);
    const { stats, sample } = readPath(entries, null);
    expect(stats).toMatchObject({ protocol: 'udp', srtpCipher: null, bytesSent: 7 });
    expect(sample.at).toBe(5);
  });

  it('reads an empty report', () => {
    expect(readPath([], null).stats).toMatchObject({ protocol: null, bytesSent: 0 });
  });
});

describe('readStream', () => {
  it('adds up the encodings of a producer', () => {
    const entries = report([
      { id: 'a', type: 'outbound-rtp', kind: 'video', packetsSent: 2, bytesSent: 20, codecId: 'c' },
      { id: 'b', type: 'outbound-rtp', kind: 'video', packetsSent: 3, bytesSent: 30 },
      { id: 'c', type: 'codec', mimeType: 'video/VP8' },
    ]);
    expect(readStream(entries)).toMatchObject({
      kind: 'video',
      codec: 'video/VP8',
      packets: 5,
      bytes: 50,
    });
  });

  it('tells each encoding of a producer, smallest first', () => {
    const encoding = (rid: string, rest: object) => ({ type: 'outbound-rtp', rid, ...rest });
    const entries = report([
      encoding('r1', { active: false, qualityLimitationReason: 'bandwidth' }),
      encoding('r0', {
        frameWidth: 320,
        framesEncoded: 7,
        bytesSent: 30,
        retransmittedBytesSent: 10,
      }),
    ]);
    expect(readStream(entries)?.encodings).toMatchObject([
      { rid: 'r0', active: true, width: 320, frames: 7, bytes: 20, limitedBy: null },
      { rid: 'r1', active: false, width: null, bytes: 0, limitedBy: 'bandwidth' },
    ]);
  });

  it('reads what a consumer has decoded', () => {
    const entries = report([
      {
        id: 'i',
        type: 'inbound-rtp',
        kind: 'audio',
        packetsReceived: 9,
        bytesReceived: 90,
        totalAudioEnergy: 0.5,
      },
    ]);
    expect(readStream(entries)).toMatchObject({
      kind: 'audio',
      packets: 9,
      totalAudioEnergy: 0.5,
      encodings: [],
    });
    expect(readStream([])).toBeNull();
  });
});
