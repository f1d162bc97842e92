import { useEffect, useRef } from 'react';
import type { Rect } from '../../layout/stage';
import type { Tile } from '../../state/tiles';
import { changeView } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { Avatar } from '../common/Avatar';
import { IconButton } from '../common/Button';
import { cssVars } from '../common/cssVars';
import { cx } from '../common/cx';
import {
  ChartIcon,
  FullscreenIcon,
  MicOffIcon,
  PinIcon,
  UnpinIcon,
  WeakSignalIcon,
} from '../common/icons';
import { useLevel } from '../common/useLevel';
import { VideoView } from '../common/VideoView';
import styles from './TileView.module.css';

/** Scores are 0 to 10; from here down the line is worth a warning. */
const WEAK_SCORE = 4;

interface TileViewProps {
  tile: Tile;
  rect: Rect | undefined;
  place: 'main' | 'float' | 'cell';
  speaking: boolean;
}

/** One camera or one shared screen. */
export function TileView({ tile, rect, place, speaking }: TileViewProps) {
  const ref = useRef<HTMLLIElement>(null);
  const ring = useLevel<HTMLDivElement>(tile.peerId, tile.kind === 'camera' && !tile.micOff);
  useWant(ref, tile.consumerId, rect?.h ?? 0);
  if (rect === undefined) return null;
  const { x, y, w, h } = rect;
  const vars = { '--x': `${x}px`, '--y': `${y}px`, '--tw': `${w}px`, '--th': `${h}px` } as const;
  const small = w < 190;
  return (
    <li
      ref={ref}
      className={cx(
        styles.tile,
        styles[place],
        tile.whole && styles.whole,
        speaking && styles.speaking,
        small && styles.small,
      )}
      style={cssVars(vars)}
      data-testid={tile.own ? 'own-tile' : 'tile'}
      data-peer-id={tile.peerId}
      data-kind={tile.kind}
      data-speaking={speaking}
    >
      <Picture tile={tile} size={Math.max(32, Math.min(w, h) * 0.34)} />
      <div ref={ring} className={styles.ring} />
      <Name tile={tile} />
      <Actions tile={tile} frame={ref} />
    </li>
  );
}

function Picture({ tile, size }: { tile: Tile; size: number }) {
  const { name, kind, own, video, held, consumerId } = tile;
  const what = kind === 'share' ? `${name}’s screen` : `${name}’s camera`;
  const avatar = <Avatar id={tile.peerId} name={name} size={Math.round(Math.min(size, 148))} />;
  return (
    <>
      {/* Stays behind the video, which shows nothing until its first frame. */}
      {kind === 'camera' && <div className={styles.blank}>{avatar}</div>}
      {video !== null && (
        <VideoView
          track={video}
          consumerId={consumerId}
          mirrored={own && kind === 'camera'}
          whole={tile.whole}
          label={what}
        />
      )}
      {held && (
        <div className={cx(styles.blank, styles.over)}>
          {avatar}
          <span className={styles.held}>Picture paused</span>
        </div>
      )}
    </>
  );
}

function Name({ tile }: { tile: Tile }) {
  const { name, own, kind, micOff, score } = tile;
  const weak = score !== null && score <= WEAK_SCORE;
  return (
    <div className={styles.name} data-testid="tile-name">
      {micOff && kind === 'camera' && (
        <span className={styles.mark} role="img" aria-label="Muted" data-testid="tile-muted">
          <MicOffIcon />
        </span>
      )}
      {weak && (
        <span className={styles.mark} role="img" aria-label="Weak connection">
          <WeakSignalIcon />
        </span>
      )}
      <span className={styles.text} dir="auto">
        {own ? `${name} (you)` : name}
        {kind === 'share' && ' · screen'}
      </span>
    </div>
  );
}

function Actions({ tile, frame }: { tile: Tile; frame: { current: HTMLLIElement | null } }) {
  const { store } = useApp();
  const pinned = useRoom((state) => state.view.pinned === tile.key);
  const shown = useRoom(({ view }) => view.panel === 'stats' && view.statsOf === tile.key);
  const toggleStats = () =>
    store.setState((state) =>
      changeView(state, { panel: shown ? null : 'stats', statsOf: tile.key }),
    );
  const pin = () =>
    store.setState((state) => changeView(state, { pinned: pinned ? null : tile.key }));
  return (
    <div className={styles.actions}>
      <IconButton
        look="glass"
        label={`Statistics of ${tile.name}`}
        aria-pressed={shown}
        data-on={shown}
        onClick={toggleStats}
        testId="tile-stats"
      >
        <ChartIcon />
      </IconButton>
      <IconButton
        look="glass"
        label={pinned ? `Unpin ${tile.name}` : `Pin ${tile.name}`}
        data-on={pinned}
        onClick={pin}
        testId="pin"
      >
        {pinned ? <UnpinIcon /> : <PinIcon />}
      </IconButton>
      {tile.video !== null && document.fullscreenEnabled && (
        <IconButton
          look="glass"
          label={`Show ${tile.name} on the full screen`}
          onClick={() => void toggleFullscreen(frame.current)}
        >
          <FullscreenIcon />
        </IconButton>
      )}
    </div>
  );
}

async function toggleFullscreen(element: HTMLElement | null): Promise<void> {
  // Refused without a gesture or by the platform; nothing is lost then.
  const change =
    document.fullscreenElement === null ? element?.requestFullscreen() : document.exitFullscreen();
  await change?.catch(() => undefined);
}

/** Tells the server how large this video is shown, and when it is out of sight. */
function useWant(
  ref: { current: HTMLElement | null },
  consumerId: string | null,
  height: number,
): void {
  const { client } = useApp();
  useEffect(() => {
    const element = ref.current;
    if (element === null || consumerId === null || height === 0) return;
    const observer = new IntersectionObserver(([entry]) => {
      const visible = entry?.isIntersecting ?? true;
      client.want(consumerId, { visible, height: height * devicePixelRatio });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, client, consumerId, height]);
}
