import { useEffect, useMemo, useRef, useState } from 'react';
import {
  bringForward,
  duoLayout,
  gridLayout,
  spotlightLayout,
  type Size,
  type StageLayout,
} from '../../layout/stage';
import { mainTile, tilesInView, type Tile } from '../../state/tiles';
import { useApp, useRoom, useRoomParts } from '../app';
import { cssVars } from '../common/cssVars';
import { cx } from '../common/cx';
import { EmptyRoom } from './EmptyRoom';
import { TileView } from './TileView';
import styles from './Stage.module.css';

/** More tiles than this move without animation, which would stutter. */
const MAX_ANIMATED = 12;

/** Narrower stages are phones. */
const PHONE = 560;

/** The tiles, wherever the layout puts them. An element keeps its place in the page as it moves. */
export function Stage() {
  const { params } = useApp();
  const source = useRoomParts(({ me, peers, media, mic, webcam, share }) => ({
    ...{ me, peers, media, mic, webcam, share },
  }));
  const pinned = useRoom((state) => state.view.pinned);
  const speaker = useRoom((state) => state.activeSpeaker);
  const connected = useRoom((state) => state.phase.name === 'connected');
  const [ref, size] = useSize();
  const tiles = useMemo(() => tilesInView(source, params.produce), [source, params.produce]);
  const main = mainTile(tiles, pinned);
  const { layout, floating } = arrange(tiles, { main, speaker, size });
  const alone = connected && tiles.every(({ own }) => own);
  return (
    <div className={styles.stage} ref={ref} data-testid="stage" data-tiles={tiles.length}>
      <ul
        className={cx(styles.tiles, tiles.length <= MAX_ANIMATED && styles.animated)}
        style={cssVars({ '--w': `${layout.content.width}px`, '--h': `${layout.content.height}px` })}
        aria-label="People in the room"
      >
        {tiles.map((tile, index) => (
          <TileView
            key={tile.key}
            tile={tile}
            rect={layout.rects[index]}
            place={placeOf(tile, main, floating)}
            speaking={tile.kind === 'camera' && tile.peerId === speaker}
          />
        ))}
      </ul>
      {alone && <EmptyRoom />}
    </div>
  );
}

function placeOf(tile: Tile, main: string | null, floating: boolean) {
  if (tile.key === main) return 'main';
  return floating && tile.own ? 'float' : 'cell';
}

interface Situation {
  main: string | null;
  speaker: string | null;
  size: Size;
}

function arrange(
  tiles: readonly Tile[],
  { main, speaker, size }: Situation,
): { layout: StageLayout; floating: boolean } {
  const own = tiles.findIndex((tile) => tile.own);
  const floating =
    main === null && tiles.length === 2 && own >= 0 && size.width < PHONE && size.width > 0;
  if (floating) return { layout: duoLayout(own, size), floating };
  const mainIndex = tiles.findIndex(({ key }) => key === main);
  const layout =
    mainIndex < 0 ? gridLayout(tiles.length, size) : spotlightLayout(tiles.length, mainIndex, size);
  const spoken = tiles.findIndex(({ peerId, kind }) => kind === 'camera' && peerId === speaker);
  const front = tiles.findIndex((tile, index) => !tile.own && index !== mainIndex);
  const movable = spoken >= 0 && spoken !== mainIndex;
  return { layout: movable ? bringForward(layout, spoken, front, size) : layout, floating };
}

function useSize() {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size] as const;
}
