import { describe, expect, it } from 'vitest';
import { readReceived } from './received';

function report(at: number, change: Record<string, unknown> = {}): [string, unknown][] {
  const stream = {
    id: 'i',
    type: 'inbound-rtp',
    kind: 'video',
    codecId: 'c',
    timestamp: at,
    bytesReceived: at * 125,
    headerBytesReceived: at * 25,
    packetsReceived: at / 10,
    packetsLost: at / 90,
    jitter: 0.012,
    frameWidth: 640,
    frameHeight: 360,
    framesDecoded: (at / 1000) * 25,
    framesPerSecond: 24,
    freezeCount: 2,
    keyFramesDecoded: 3,
    jitterBufferDelay: (at / 1000) * 2,
    jitterBufferEmittedCount: (at / 1000) * 25,
    ...change,
  };
  return [
    ['i', stream],
    ['c', { id: 'c', type: 'codec', mimeType: 'video/VP8' }],
  ];
}

describe('readReceived', () => {
  it('tells what is true at the moment', () => {
    expect(readReceived(report(1000), null)?.figures).toEqual({
      codec: 'VP8',
      bitrate: null,
      loss: null,
      jitter: 12,
      delay: null,
      width: 640,
      height: 360,
      frameRate: 24,
      freezes: 2,
      keyFrames: 3,
    });
  });

  it('tells rates since the reading before, headers and padding left out', () => {
    const before = readReceived(report(9000), null)?.counters ?? null;
    const figures = readReceived(report(18_000), before)?.figures;
    expect(figures).toMatchObject({ bitrate: 1_000_000, loss: 0.1, delay: 80 });
  });

  it('counts frames where the browser does not', () => {
    const silent = { framesPerSecond: undefined };
    const before = readReceived(report(1000, silent), null)?.counters ?? null;
    expect(readReceived(report(3000, silent), before)?.figures.frameRate).toBe(25);
  });

  it('gives no negative rates when the stream starts again, and none for no time', () => {
    const before = readReceived(report(5000), null)?.counters ?? null;
    const fresh = { bytesReceived: 0, headerBytesReceived: 0, packetsReceived: 0, packetsLost: 0 };
    const figures = readReceived(report(6000, fresh), before)?.figures;
    expect(figures).toMatchObject({ bitrate: 0, loss: null });
    expect(readReceived(report(5000), before)?.figures.bitrate).toBeNull();
  });

  it('knows no frame rate of sound, and nothing before anything has come', () => {
    const sound = { kind: 'audio', framesPerSecond: undefined };
    const before = readReceived(report(1000, sound), null)?.counters ?? null;
    expect(readReceived(report(2000, sound), before)?.figures.frameRate).toBeNull();
    expect(readReceived([], null)).toBeNull();
  });
});
