import { useEffect, useMemo, useRef } from 'react';
import { tilesInView, type Tile } from '../../state/tiles';
import { changeView } from '../../state/updates';
import { useApp, useRoom, useRoomParts } from '../app';
import { Button } from '../common/Button';
import { SidePanel } from '../room/SidePanel';
import { OwnStats } from './OwnStats';
import { RemoteStats } from './RemoteStats';
import styles from './stats.module.css';
import { subjectOf } from './subject';

/** What one tile receives or sends, and why; another tile can be chosen here, too. */
export function StatsPanel() {
  const { store, params } = useApp();
  const source = useRoomParts(({ me, peers, media, mic, webcam, share }) => ({
    ...{ me, peers, media, mic, webcam, share },
  }));
  const wanted = useRoom((state) => state.view.statsOf);
  const tiles = useMemo(() => tilesInView(source, params.produce), [source, params.produce]);
  const tile = tiles.find(({ key }) => key === wanted) ?? tiles[0];
  const select = useFocus();
  if (tile === undefined) return null;
  const subject = subjectOf(tile, source.media);
  return (
    <SidePanel title="Statistics" testId="stats-panel" sheet>
      <div className={styles.panel}>
        <select
          ref={select}
          className={styles.who}
          aria-label="Whose statistics"
          value={tile.key}
          data-testid="stats-who"
          onChange={(event) => {
            const statsOf = event.target.value;
            store.setState((state) => changeView(state, { statsOf }));
          }}
        >
          {tiles.map((each) => (
            <option key={each.key} value={each.key}>
              {nameOf(each)}
            </option>
          ))}
        </select>
        {subject.own ? (
          <OwnStats key={tile.key} subject={subject} />
        ) : (
          <RemoteStats
            key={tile.key}
            subject={subject}
            name={tile.name}
            media={source.media.get(subject.picture ?? '') ?? null}
          />
        )}
        <Button onClick={() => store.setState((state) => changeView(state, { statsOpen: true }))}>
          Connection details
        </Button>
      </div>
    </SidePanel>
  );
}

function nameOf({ name, own, kind }: Tile): string {
  const who = own ? `${name} (you)` : name;
  return kind === 'share' ? `${who} · screen` : who;
}

/** Takes the focus while the panel is there, and gives it back afterwards. */
function useFocus() {
  const ref = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return ref;
}
