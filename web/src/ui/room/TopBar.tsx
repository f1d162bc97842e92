import { useEffect, useState } from 'react';
import { changeView } from '../../state/updates';
import { useApp, useRoom, useRoomParts } from '../app';
import { cx } from '../common/cx';
import { InviteButton } from '../common/InviteButton';
import { Logo } from '../common/Logo';
import { ThemeToggle } from '../common/ThemeToggle';
import { connectionOf } from './connection';
import styles from './TopBar.module.css';

export function TopBar() {
  const roomId = useRoom((state) => state.room.id);
  return (
    <header className={styles.bar}>
      <Logo compact />
      <h1 className={styles.room} title={roomId} data-testid="room-name">
        {roomId}
      </h1>
      <InviteButton />
      <span className={styles.space} />
      <Clock />
      <ConnectionBadge />
      <ThemeToggle />
    </header>
  );
}

function ConnectionBadge() {
  const { store } = useApp();
  const { phase, path, downlink } = useRoomParts(({ phase, path, downlink }) => ({
    ...{ phase, path, downlink },
  }));
  const { label, look, title } = connectionOf(phase, path, downlink);
  return (
    <button
      type="button"
      className={cx(styles.badge, styles[look])}
      title={title}
      onClick={() => store.setState((state) => changeView(state, { statsOpen: true }))}
      data-testid="connection"
      data-state={phase.name}
    >
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.badgeText} role="status">
        {label}
      </span>
    </button>
  );
}

/** How long one has been in the room. */
function Clock() {
  const since = useRoom(({ phase }) => (phase.name === 'connected' ? phase.since : null));
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  if (since === null) return null;
  return <span className={styles.clock}>{elapsed(Math.max(0, now - since))}</span>;
}

function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const shown = hours > 0 ? [hours, ...parts] : parts;
  return shown.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':');
}
