import { describe, expect, it } from 'vitest';
import { limitOf, limitWord, sendingReason } from './sending';
import { readSent, type SentLayer } from './sent';

function stream(rid: string, height: number, change: Record<string, unknown> = {}) {
  const entry = {
    id: `o${rid}`,
    type: 'outbound-rtp',
    kind: 'video',
    rid,
    ssrc: height,
    timestamp: 1000,
    bytesSent: 0,
    frameWidth: (height / 9) * 16,
    frameHeight: height,
    framesPerSecond: 30,
    active: true,
    qualityLimitationReason: 'none',
    scalabilityMode: 'L1T3',
    ...change,
  };
  return [entry.id, entry] as [string, unknown];
}

describe('readSent', () => {
  it('tells each layer, smallest first, with what the server reports of it', () => {
    const report = [
      stream('r2', 720, { qualityLimitationReason: 'bandwidth' }),
      stream('r0', 180),
      stream('r1', 360, { active: false, frameHeight: undefined }),
      [
        'x',
        {
          type: 'remote-inbound-rtp',
          localId: 'or2',
          fractionLost: 0.25,
          roundTripTime: 0.05,
          jitter: 0.003,
        },
      ] as [string, unknown],
    ];
    const { layers } = readSent(report, new Map());
    expect(layers.map(({ id, active }) => [id, active])).toEqual([
      ['r0', true],
      ['r1', false],
      ['r2', true],
    ]);
    expect(layers[2]).toMatchObject({
      limit: 'bandwidth',
      loss: 0.25,
      rtt: 50,
      jitter: 3,
      height: 720,
      scalabilityMode: 'L1T3',
    });
    expect(layers[0]).toMatchObject({ limit: 'none', loss: null });
  });

  it('tells the bitrate of each layer between two readings', () => {
    const { counters } = readSent([stream('r0', 180), stream('r1', 360)], new Map());
    const now = { timestamp: 2000 };
    const later = [
      stream('r0', 180, { ...now, bytesSent: 12_500, headerBytesSent: 9_000 }),
      stream('r1', 360, now),
    ];
    const { layers } = readSent(later, counters);
    expect(layers.map(({ bitrate }) => bitrate)).toEqual([100_000, 0]);
    expect(layers.map(({ active }) => active)).toEqual([true, false]);
  });

  it('calls a single stream by its SSRC', () => {
    const { layers } = readSent([stream('r0', 180, { rid: undefined, ssrc: 77 })], new Map());
    expect(layers[0]?.id).toBe('77');
  });
});

describe('the reason for what is sent', () => {
  const layer = (change: Partial<SentLayer>): SentLayer => ({
    ...{ id: 'r0', codec: 'VP8', active: true, bitrate: 1, width: 320, height: 180 },
    ...{ frameRate: 30, scalabilityMode: null, limit: 'none', loss: null, rtt: null, jitter: null },
    ...change,
  });

  it('is the worst of all layers', () => {
    const none = layer({});
    const bandwidth = layer({ limit: 'bandwidth' });
    expect(limitOf([none, bandwidth, layer({ limit: 'cpu' })])).toBe('cpu');
    expect(limitOf([none, bandwidth])).toBe('bandwidth');
    expect(limitOf([layer({ limit: null })])).toBeNull();
  });

  it('is told in words', () => {
    const reason = (limit: SentLayer['limit'], available: number | null = null) =>
      sendingReason([layer({ limit })], available);
    expect(reason('bandwidth', 620_000)).toBe('Your connection lets you send 620 kbit/s.');
    expect(reason('bandwidth')).toBe('Your connection lets you send no more.');
    expect(reason('cpu')).toContain('too busy');
    expect(reason('none')).toBe('Everything is sent as it should be.');
    expect(reason(null)).toContain('does not say');
    expect(sendingReason([], null)).toBe('No picture is sent.');
  });

  it('is a word for one layer, and says when it is off', () => {
    expect(limitWord(layer({}))).toBeNull();
    expect(limitWord(layer({ limit: 'bandwidth' }))).toBe('connection');
    expect(limitWord(layer({ active: false, limit: 'bandwidth' }))).toBe('off: connection');
    expect(limitWord(layer({ active: false }))).toBe('off');
  });
});
