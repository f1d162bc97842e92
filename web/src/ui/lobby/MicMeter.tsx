import { useRoom } from '../app';
import { useLevel } from '../common/useLevel';
import styles from './MicMeter.module.css';

/** Bars that rise with one's voice. */
export function MicMeter() {
  const meId = useRoom((state) => state.me.id);
  const on = useRoom((state) => state.mic.track !== null && !state.mic.muted);
  const ref = useLevel<HTMLDivElement>(meId, on);
  return (
    <div ref={ref} className={styles.meter} aria-hidden="true" data-testid="mic-level">
      <span />
      <span />
      <span />
      <span />
      <span />
    </div>
  );
}
