import { describe, expect, it } from 'vitest';
import type { Session } from './Session';
import { NO_READING, TileSampler } from './TileSampler';

const PATH = [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
  { id: 'P', type: 'candidate-pair', currentRoundTripTime: 0.02, availableOutgoingBitrate: 7 },
];

/** Something with statistics that count on: each reading is a second and 1,000 bytes later. */
function source(id: string, entry: Record<string, unknown>) {
  let readings = 0;
  return {
    id,
    closed: false,
    getStats: () => {
      readings++;
      const bytes = { bytesReceived: readings * 1000, bytesSent: readings * 1000 };
      const stream = { id: 's', timestamp: readings * 1000, ...bytes, ...entry };
      return Promise.resolve(new Map([...PATH, stream].map((each) => [each.id, each])));
    },
  };
}

const received = { type: 'inbound-rtp', kind: 'video', frameHeight: 360 };
const sent = { type: 'outbound-rtp', kind: 'video', rid: 'r0' };

/** A session whose server answers each question for statistics with `answers`. */
function session(answers: Record<string, unknown>): Session {
  const request = (method: string) =>
    method in answers ? Promise.resolve(answers[method]) : Promise.reject(new Error('no'));
  return {
    consumers: new Map([['v', source('v', received)]]),
    producers: new Map([['webcam', source('w', sent)]]),
    transports: new Map([['recv', { id: 't', closed: false }]]),
    signalling: { request },
  } as unknown as Session;
}

const layers = { limitedBy: 'bandwidth', availableBitrate: 620_000 };

describe('TileSampler', () => {
  it('reads somebody else’s picture, from browser and server', async () => {
    const stats = [{ type: 'outbound-rtp', layers }];
    const sampler = new TileSampler(() => session({ getConsumerStats: stats }));
    const reading = await sampler.read({ own: false, picture: 'v', sound: null });
    expect(reading).toMatchObject({
      rtt: 20,
      picture: { height: 360, bitrate: null },
      sound: null,
    });
    expect(reading.server?.layers).toMatchObject({ ...layers, current: null });
  });

  it('tells rates from the second reading on', async () => {
    const once = session({});
    const sampler = new TileSampler(() => once);
    await sampler.read({ own: false, picture: 'v', sound: null });
    const { picture } = await sampler.read({ own: false, picture: 'v', sound: null });
    expect(picture?.bitrate).toBe(8000);
    await sampler.read({ own: true, picture: 'webcam', sound: 'mic' });
    const own = await sampler.read({ own: true, picture: 'webcam', sound: 'mic' });
    expect(own.sent[0]?.bitrate).toBe(8000);
  });

  it('reads what oneself sends, and what the server makes of it', async () => {
    const answers = {
      getProducerStats: [{ type: 'inbound-rtp', rid: 'r0', score: 9 }],
      getTransportStats: [{ availableOutgoingBitrate: 5 }],
    };
    const sampler = new TileSampler(() => session(answers));
    const reading = await sampler.read({ own: true, picture: 'webcam', sound: 'mic' });
    expect(reading).toMatchObject({
      available: 7,
      receivable: 5,
      sent: [{ id: 'r0' }],
      streams: [{ id: 'r0', score: 9 }],
      sentSound: null,
    });
  });

  it('does without the server’s answer, and without a session', async () => {
    const sampler = new TileSampler(() => session({}));
    const reading = await sampler.read({ own: false, picture: 'v', sound: null });
    expect(reading).toMatchObject({ server: null, picture: { height: 360 } });
    const none = new TileSampler(() => null);
    await expect(none.read({ own: true, picture: 'webcam', sound: 'mic' })).resolves.toBe(
      NO_READING,
    );
  });

  it('says nothing of what is not there', async () => {
    const sampler = new TileSampler(() => session({}));
    const gone = { own: false, picture: 'x', sound: 'y' } as const;
    await expect(sampler.read(gone)).resolves.toEqual(NO_READING);
  });
});
