import { describe, expect, it } from 'vitest';
import { LayerHeights } from './LayerHeights';

const all = (heights: LayerHeights) => [0, 1, 2].map((layer) => heights.of(layer));

describe('heights of layers', () => {
  it('are usual ones until one is seen', () => {
    const heights = new LayerHeights(3);
    expect(all(heights)).toEqual([180, 360, 720]);
    heights.see(1, 270);
    expect(all(heights)).toEqual([135, 270, 540]);
  });

  it('are not guessed of what was seen', () => {
    const heights = new LayerHeights(3);
    heights.see(2, 720);
    heights.see(0, 90);
    expect(all(heights)).toEqual([90, 360, 720]);
  });

  it('are learnt anew when a layer is another than before', () => {
    const heights = new LayerHeights(3);
    heights.see(2, 720);
    heights.see(1, 360);
    heights.see(1, 120);
    expect(all(heights)).toEqual([60, 120, 240]);
  });
});
