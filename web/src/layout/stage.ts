/**
 * Where tiles go: a pure function from count and space to rectangles, in CSS pixels from the
 * stage's top left corner.
 */

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface StageLayout {
  rects: Rect[];
  /** The extent of all tiles; larger than the stage when it has to scroll. */
  content: Size;
}

/** Rising widens the gutters, and leaves less for pictures. */
const GAP = 10;

/** Rising lets a tile grow wider than its picture, which is cropped at top and bottom. */
const WIDEST = 16 / 9;

/**
 * Falling lets a tile grow taller than its picture, which is cropped at the sides. A phone held
 * upright has height to give away.
 */
const NARROWEST = { landscape: 1.2, upright: 0.7 };

/** Rising avoids cropping; falling prefers larger faces. 0 to 1. */
const CROP_AVERSION = 0.4;

/** Below this width a face is not recognised any more: the stage scrolls instead. */
const MIN_WIDTH = 112;

/** Shape of tiles where there is a choice. */
const PREFERRED = 16 / 9;

/** All tiles alike, as large as they fit; scrolls down when they would become too small. */
export function gridLayout(count: number, stage: Size): StageLayout {
  if (count === 0 || stage.width <= 0 || stage.height <= 0) return { rects: [], content: stage };
  const best = bestColumns(count, stage);
  return best.w >= Math.min(MIN_WIDTH, stage.width)
    ? placeRows(count, best, stage)
    : scrollingGrid(count, stage);
}

/** One large tile and the others in a strip that scrolls: beside it, or below when upright. */
export function spotlightLayout(count: number, main: number, stage: Size): StageLayout {
  if (count <= 1) return gridLayout(count, stage);
  return stage.width >= stage.height
    ? stripBeside(count, main, stage)
    : stripBelow(count, main, stage);
}

/** Two people on a phone: the other fills the stage, oneself floats in a corner. */
export function duoLayout(own: number, stage: Size): StageLayout {
  const w = Math.round(Math.min(stage.width * 0.3, 140));
  const h = Math.round(w * 1.25);
  const full = { x: 0, y: 0, w: stage.width, h: stage.height };
  const corner = { x: stage.width - w - GAP, y: GAP, w, h };
  return { rects: own === 0 ? [corner, full] : [full, corner], content: stage };
}

/**
 * On a stage that scrolls, `tile` changes places with the one in `front` when it is out of sight
 * at the start. Only rectangles move, never elements: a video that is moved in the page stops.
 */
export function bringForward(
  layout: StageLayout,
  tile: number,
  front: number,
  stage: Size,
): StageLayout {
  const { rects } = layout;
  const [here, there] = [rects[tile], rects[front]];
  if (here === undefined || there === undefined) return layout;
  if (here.x + here.w <= stage.width && here.y + here.h <= stage.height) return layout;
  const swapped = rects.map((rect, index) => {
    if (index === tile) return there;
    return index === front ? here : rect;
  });
  return { ...layout, rects: swapped };
}

interface Cells {
  columns: number;
  rows: number;
  w: number;
  h: number;
}

function bestColumns(count: number, stage: Size): Cells {
  let best = cellsFor(count, 1, stage);
  for (let columns = 2; columns <= count; columns++) {
    const cells = cellsFor(count, columns, stage);
    if (faceSize(cells) > faceSize(best)) best = cells;
  }
  return best;
}

/** The largest cells of a permitted shape for so many columns. */
function cellsFor(count: number, columns: number, stage: Size): Cells {
  const rows = Math.ceil(count / columns);
  const w = Math.max(1, (stage.width - GAP * (columns - 1)) / columns);
  const h = Math.max(1, (stage.height - GAP * (rows - 1)) / rows);
  const narrowest = stage.width < stage.height ? NARROWEST.upright : NARROWEST.landscape;
  return { columns, rows, w: Math.min(w, h * WIDEST), h: Math.min(h, w / narrowest) };
}

/** How large a picture appears that fills the cell, less for what is cropped away. */
function faceSize({ w, h }: Cells): number {
  const width = Math.max(w, h * PREFERRED);
  const shown = (w * h) / (width * (width / PREFERRED));
  return width * shown ** CROP_AVERSION;
}

/** Rows centred in the stage, the last one centred below the others. */
function placeRows(count: number, cells: Cells, stage: Size): StageLayout {
  const { columns, rows, w, h } = cells;
  const top = (stage.height - rows * h - (rows - 1) * GAP) / 2;
  const rects = Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (stage.width - inRow * w - (inRow - 1) * GAP) / 2;
    return round({ x: left + (index % columns) * (w + GAP), y: top + row * (h + GAP), w, h });
  });
  return { rects, content: stage };
}

function scrollingGrid(count: number, stage: Size): StageLayout {
  const columns = Math.max(1, Math.floor((stage.width + GAP) / (MIN_WIDTH + GAP)));
  const w = (stage.width - GAP * (columns - 1)) / columns;
  const h = w / (4 / 3);
  const height = Math.ceil(count / columns) * (h + GAP) - GAP;
  const tall = { width: stage.width, height: Math.max(height, stage.height) };
  const cells = { columns, rows: Math.ceil(count / columns), w, h };
  return { ...placeRows(count, cells, tall), content: tall };
}

function stripBeside(count: number, main: number, stage: Size): StageLayout {
  const w = clamp(stage.width * 0.18, 120, 260);
  const h = w / PREFERRED;
  const x = stage.width - w;
  const total = (count - 1) * (h + GAP) - GAP;
  const start = Math.max(0, (stage.height - total) / 2);
  const large = { x: 0, y: 0, w: x - GAP, h: stage.height };
  const rects = inStrip(count, main, large, (slot) => ({ x, y: start + slot * (h + GAP), w, h }));
  return { rects, content: { width: stage.width, height: Math.max(total, stage.height) } };
}

function stripBelow(count: number, main: number, stage: Size): StageLayout {
  const h = clamp(stage.height * 0.18, 72, 150);
  const w = h * (4 / 3);
  const y = stage.height - h;
  const total = (count - 1) * (w + GAP) - GAP;
  const start = Math.max(0, (stage.width - total) / 2);
  const large = { x: 0, y: 0, w: stage.width, h: y - GAP };
  const rects = inStrip(count, main, large, (slot) => ({ x: start + slot * (w + GAP), y, w, h }));
  return { rects, content: { width: Math.max(total, stage.width), height: stage.height } };
}

function inStrip(count: number, main: number, large: Rect, slotAt: (slot: number) => Rect): Rect[] {
  return Array.from({ length: count }, (_, index) =>
    round(index === main ? large : slotAt(index < main ? index : index - 1)),
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function round({ x, y, w, h }: Rect): Rect {
  return { x: Math.round(x), y: Math.round(y), w: Math.floor(w), h: Math.floor(h) };
}
