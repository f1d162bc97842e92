import { useRoom } from '../app';
import { useApp } from '../app';
import type { Phase } from '../../state/types';
import { Button } from '../common/Button';
import { Logo } from '../common/Logo';
import { RefreshIcon } from '../common/icons';
import styles from './Closed.module.css';

type Closed = Extract<Phase, { name: 'closed' }>;

const TEXTS: Record<Closed['why'], { title: string; text: string }> = {
  left: { title: 'You left the room', text: 'The others can go on without you.' },
  ended: { title: 'You were disconnected', text: 'The server has ended this connection.' },
  unreachable: {
    title: 'The server cannot be reached',
    text: 'Check your network, then try again.',
  },
  failed: { title: 'Joining did not work', text: 'The server or your browser has refused.' },
};

/** After the call, however it ended. */
export function Closed() {
  const { client } = useApp();
  const phase = useRoom((state) => state.phase);
  const roomId = useRoom((state) => state.room.id);
  if (phase.name !== 'closed') return null;
  const { title, text } = TEXTS[phase.why];
  return (
    <main className={styles.page} data-testid="closed" data-why={phase.why}>
      <div className={styles.card}>
        <Logo />
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.text}>{text}</p>
        {phase.detail !== null && <p className={styles.detail}>{phase.detail}</p>}
        <Button look="primary" wide onClick={() => client.rejoin()} testId="rejoin">
          <RefreshIcon /> Rejoin <span className={styles.room}>{roomId}</span>
        </Button>
        <Button wide onClick={() => client.toLobby()} testId="to-lobby">
          Check devices first
        </Button>
      </div>
    </main>
  );
}
