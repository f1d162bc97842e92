import { InviteButton } from '../common/InviteButton';
import styles from './EmptyRoom.module.css';

/** Shown over one's own tile while nobody else is here. */
export function EmptyRoom() {
  return (
    <aside className={styles.card} data-testid="empty-room">
      <h2 className={styles.title}>It is quiet in here</h2>
      <p className={styles.text}>Send the link to the people you want to see.</p>
      <InviteButton wide />
    </aside>
  );
}
