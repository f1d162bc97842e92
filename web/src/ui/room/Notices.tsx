import { useApp, useRoom, useRoomParts } from '../app';
import { Button } from '../common/Button';
import { SoundIcon } from '../common/icons';
import { enableSound } from './sound';
import styles from './Notices.module.css';

/** What the person should know or do now, above the tiles. */
export function Notices() {
  const { client } = useApp();
  const phase = useRoom((state) => state.phase);
  const { soundBlocked, audioOnly } = useRoomParts(({ view: { soundBlocked, audioOnly } }) => ({
    soundBlocked,
    audioOnly,
  }));
  return (
    <>
      {phase.name === 'connecting' && (
        <p className={styles.notice} role="status">
          <span className={styles.spinner} aria-hidden="true" />
          {phase.attempt === 0 ? 'Joining the room…' : 'The server does not answer; trying again…'}
        </p>
      )}
      {phase.name === 'reconnecting' && (
        <p className={styles.notice} role="status" data-testid="reconnecting">
          <span className={styles.spinner} aria-hidden="true" />
          Connection lost. Reconnecting…
        </p>
      )}
      {soundBlocked && (
        <div className={styles.notice} role="alert">
          Your browser has blocked the sound.
          <Button look="primary" onClick={enableSound} testId="enable-sound">
            <SoundIcon /> Enable sound
          </Button>
        </div>
      )}
      {audioOnly && (
        <div className={styles.notice}>
          Audio only: pictures are paused to save data.
          <Button onClick={() => client.setAudioOnly(false)}>Show pictures</Button>
        </div>
      )}
    </>
  );
}
