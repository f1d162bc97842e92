import { describe, expect, it } from 'vitest';
import { readAvailable, readConsumer, readProducer } from './server';

const LAYERS = {
  preferred: { spatialLayer: 2 },
  target: { spatialLayer: 1, temporalLayer: 2 },
  current: null,
  limitedBy: 'bandwidth',
  availableBitrate: 620_000,
};

const outbound = (layers?: unknown) => [
  { type: 'outbound-rtp', bitrate: 500_000, score: 9, layers },
  { type: 'inbound-rtp', bitrate: 1, score: 1 },
];

describe('readConsumer', () => {
  it('reads the decision about layers', () => {
    expect(readConsumer(outbound(LAYERS))).toEqual({
      bitrate: 500_000,
      score: 9,
      layers: {
        preferred: { spatial: 2, temporal: null },
        target: { spatial: 1, temporal: 2 },
        current: null,
        limitedBy: 'bandwidth',
        availableBitrate: 620_000,
      },
    });
  });

  it('does without it, and without one that it does not understand', () => {
    expect(readConsumer(outbound())?.layers).toBeNull();
    expect(readConsumer(outbound({ ...LAYERS, limitedBy: 'moon' }))?.layers).toBeNull();
    expect(readConsumer(outbound('none'))?.layers).toBeNull();
  });

  it('reads a list that is wrapped, and nothing from nothing', () => {
    expect(readConsumer({ stats: outbound(LAYERS) })?.layers?.limitedBy).toBe('bandwidth');
    for (const nothing of [null, undefined, [], {}, 'x', [null, 3]]) {
      expect(readConsumer(nothing)).toBeNull();
    }
  });
});

describe('readProducer', () => {
  it('reads each stream under its RID, or its SSRC', () => {
    const stats = [
      { type: 'inbound-rtp', rid: 'r0', ssrc: 1, bitrate: 10, score: 10 },
      { type: 'inbound-rtp', ssrc: 2, bitrate: 20 },
    ];
    expect(readProducer(stats)).toEqual([
      { id: 'r0', bitrate: 10, score: 10 },
      { id: '2', bitrate: 20, score: null },
    ]);
  });
});

describe('readAvailable', () => {
  it('reads what the link gives, where it is estimated', () => {
    expect(readAvailable([{ availableOutgoingBitrate: 5 }])).toBe(5);
    expect(readAvailable([{}])).toBeNull();
    expect(readAvailable(null)).toBeNull();
  });
});
