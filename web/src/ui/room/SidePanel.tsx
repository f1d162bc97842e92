import { useEffect, type ReactNode } from 'react';
import { changeView } from '../../state/updates';
import { useApp } from '../app';
import { IconButton } from '../common/Button';
import { CloseIcon } from '../common/icons';
import { cx } from '../common/cx';
import styles from './SidePanel.module.css';

interface SidePanelProps {
  title: string;
  testId: string;
  /** On a phone it leaves half of the stage in sight. */
  sheet?: boolean;
  children: ReactNode;
}

/** Beside the stage; over it on a phone. */
export function SidePanel({ title, testId, sheet, children }: SidePanelProps) {
  const { store } = useApp();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A window on top of the room has its own Escape.
      if (event.key !== 'Escape' || document.querySelector('dialog[open]') !== null) return;
      store.setState((state) => changeView(state, { panel: null }));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [store]);
  return (
    <aside
      className={cx(styles.panel, sheet === true && styles.sheet)}
      aria-label={title}
      data-testid={testId}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <IconButton
          label={`Close ${title.toLowerCase()}`}
          onClick={() => store.setState((state) => changeView(state, { panel: null }))}
        >
          <CloseIcon />
        </IconButton>
      </header>
      {children}
    </aside>
  );
}
