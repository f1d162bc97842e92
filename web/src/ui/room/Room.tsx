import { useRoom } from '../app';
import { ConnectionDialog } from '../stats/ConnectionDialog';
import { StatsPanel } from '../stats/StatsPanel';
import { ChatPanel } from './ChatPanel';
import { ControlBar } from './ControlBar';
import { Notices } from './Notices';
import { PeoplePanel } from './PeoplePanel';
import { SettingsDialog } from './SettingsDialog';
import { Sounds } from './Sounds';
import { Stage } from './Stage';
import { TopBar } from './TopBar';
import { useShortcuts } from './useShortcuts';
import { useWakeLock } from './useWakeLock';
import styles from './Room.module.css';

/** The call. */
export function Room() {
  const { panel, settingsOpen, statsOpen } = useRoom((state) => state.view);
  useShortcuts();
  useWakeLock();
  return (
    <div className={styles.room} data-testid="room">
      <TopBar />
      <main className={styles.middle}>
        <div className={styles.stage}>
          <Notices />
          <Stage />
        </div>
        {panel === 'chat' && <ChatPanel />}
        {panel === 'people' && <PeoplePanel />}
        {panel === 'stats' && <StatsPanel />}
      </main>
      <ControlBar />
      <Sounds />
      {settingsOpen && <SettingsDialog />}
      {statsOpen && <ConnectionDialog />}
    </div>
  );
}
