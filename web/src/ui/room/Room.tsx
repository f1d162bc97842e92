import { useRoom } from '../app';
import { ChatPanel } from './ChatPanel';
import { ControlBar } from './ControlBar';
import { Notices } from './Notices';
import { PeoplePanel } from './PeoplePanel';
import { SettingsDialog } from './SettingsDialog';
import { Sounds } from './Sounds';
import { Stage } from './Stage';
import { StatsDialog } from './StatsDialog';
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
      </main>
      <ControlBar />
      <Sounds />
      {settingsOpen && <SettingsDialog />}
      {statsOpen && <StatsDialog />}
    </div>
  );
}
