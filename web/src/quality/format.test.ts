import { describe, expect, it } from 'vitest';
import { bitrate, milliseconds, percent, perSecond, resolution } from './format';

describe('numbers for people', () => {
  it('are short', () => {
    expect([0, 999_400, 1_000_000, 2_540_000, null].map(bitrate)).toEqual([
      '0 kbit/s',
      '999 kbit/s',
      '1.0 Mbit/s',
      '2.5 Mbit/s',
      null,
    ]);
    expect([0.0125, null].map(percent)).toEqual(['1.3 %', null]);
    expect([12.4, null].map(milliseconds)).toEqual(['12 ms', null]);
    expect([29.97, null].map(perSecond)).toEqual(['30 fps', null]);
    expect([resolution(1280, 720), resolution(null, 720)]).toEqual(['1280×720', null]);
  });
});
