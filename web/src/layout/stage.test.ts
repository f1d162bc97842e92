import { describe, expect, it } from 'vitest';
import {
  bringForward,
  duoLayout,
  gridLayout,
  spotlightLayout,
  type Rect,
  type Size,
} from './stage';

const STAGES: Size[] = [
  { width: 1248, height: 650 },
  { width: 820, height: 650 },
  { width: 374, height: 620 },
  { width: 700, height: 250 },
  { width: 90, height: 60 },
];

const COUNTS = Array.from({ length: 50 }, (_, index) => index + 1);

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function inside({ x, y, w, h }: Rect, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= width + 1 && y + h <= height + 1;
}

describe('gridLayout', () => {
  it('places any number of tiles inside its extent without overlap', () => {
    for (const stage of STAGES) {
      for (const count of COUNTS) {
        const { rects, content } = gridLayout(count, stage);
        expect(rects).toHaveLength(count);
        expect(rects.every((rect) => inside(rect, content))).toBe(true);
        const clash = rects.some((a, i) => rects.slice(i + 1).some((b) => overlap(a, b)));
        expect(clash, `${count} tiles on ${stage.width}×${stage.height}`).toBe(false);
      }
    }
  });

  it('fits fifty people on a desktop without scrolling', () => {
    const stage = { width: 1248, height: 650 };
    expect(gridLayout(50, stage).content).toEqual(stage);
  });

  it('scrolls down rather than making tiles tiny', () => {
    const stage = { width: 374, height: 620 };
    const { rects, content } = gridLayout(50, stage);
    expect(content.width).toBe(stage.width);
    expect(content.height).toBeGreaterThan(stage.height);
    expect(Math.min(...rects.map(({ w }) => w))).toBeGreaterThanOrEqual(112);
  });

  it('puts two people side by side on a wide stage and above each other on an upright one', () => {
    const [a, b] = gridLayout(2, { width: 1200, height: 600 }).rects;
    expect(a?.y).toBe(b?.y);
    const [c, d] = gridLayout(2, { width: 380, height: 640 }).rects;
    expect(c?.x).toBe(d?.x);
  });

  it('gives nothing for nobody and for a stage without size', () => {
    expect(gridLayout(0, { width: 100, height: 100 }).rects).toEqual([]);
    expect(gridLayout(3, { width: 0, height: 0 }).rects).toEqual([]);
  });
});

describe('spotlightLayout', () => {
  it('makes the main tile the largest and keeps it in the corner that does not scroll', () => {
    for (const stage of STAGES.slice(0, 4)) {
      for (const count of [2, 5, 20]) {
        const { rects, content } = spotlightLayout(count, 1, stage);
        const area = rects.map(({ w, h }) => w * h);
        expect(Math.max(...area)).toBe(area[1]);
        expect(rects[1]).toMatchObject({ x: 0, y: 0 });
        expect(rects.every((rect) => inside(rect, content))).toBe(true);
      }
    }
  });

  it('is the plain grid for a single tile', () => {
    const stage = { width: 800, height: 600 };
    expect(spotlightLayout(1, 0, stage)).toEqual(gridLayout(1, stage));
  });
});

describe('duoLayout', () => {
  it('floats oneself over the other', () => {
    const { rects } = duoLayout(0, { width: 374, height: 620 });
    expect(rects[1]).toEqual({ x: 0, y: 0, w: 374, h: 620 });
    expect(rects[0]?.w).toBeLessThan(150);
  });
});

describe('bringForward', () => {
  const stage = { width: 374, height: 620 };
  const layout = gridLayout(50, stage);

  it('swaps a tile out of sight with the one in front', () => {
    const moved = bringForward(layout, 40, 1, stage).rects;
    expect(moved[40]).toEqual(layout.rects[1]);
    expect(moved[1]).toEqual(layout.rects[40]);
  });

  it('leaves a tile in sight where it is', () => {
    expect(bringForward(layout, 2, 1, stage)).toBe(layout);
    expect(bringForward(layout, 40, -1, stage)).toBe(layout);
  });
});
