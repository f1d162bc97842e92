import { describe, expect, it } from 'vitest';
import { spatialFor } from './demand';

describe('spatialFor', () => {
  it('chooses the smallest layer that fills the tile', () => {
    expect([90, 180, 225, 300, 450, 451, 2000].map((height) => spatialFor(height, 3))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
    expect(spatialFor(100, 2)).toBe(0);
    expect(spatialFor(700, 2)).toBe(1);
  });
});
