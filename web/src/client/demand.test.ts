import { describe, expect, it } from 'vitest';
import { spatialFor } from './demand';
import { LayerHeights } from './LayerHeights';

describe('spatialFor', () => {
  it('chooses the smallest layer that fills the tile', () => {
    const heights = new LayerHeights(3);
    const chosen = [90, 180, 225, 300, 450, 451, 2000].map((height) =>
      spatialFor(height, 3, heights),
    );
    expect(chosen).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(spatialFor(100, 2, new LayerHeights(2))).toBe(0);
    expect(spatialFor(700, 2, new LayerHeights(2))).toBe(1);
  });

  it('goes by how tall the layers are', () => {
    const heights = new LayerHeights(3);
    heights.see(0, 90);
    expect([100, 180, 300].map((height) => spatialFor(height, 3, heights))).toEqual([0, 1, 2]);
  });
});
