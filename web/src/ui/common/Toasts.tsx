import { useEffect } from 'react';
import { removeToast } from '../../state/updates';
import type { Toast } from '../../state/types';
import { useApp, useRoom } from '../app';
import { cx } from './cx';
import styles from './Toasts.module.css';

const SHOWN_MS = { info: 3500, error: 7000 };

export function Toasts() {
  const toasts = useRoom((state) => state.toasts);
  return (
    <div className={styles.stack} role="status" aria-live="polite" data-testid="toasts">
      {toasts.map((toast) => (
        <ToastView key={toast.key} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast }: { toast: Toast }) {
  const { store } = useApp();
  const { key, kind, text } = toast;
  useEffect(() => {
    const dismiss = () => store.setState((state) => removeToast(state, key));
    const timer = setTimeout(dismiss, SHOWN_MS[kind]);
    return () => clearTimeout(timer);
  }, [store, key, kind]);
  return (
    <button
      type="button"
      className={cx(styles.toast, kind === 'error' && styles.error)}
      title="Dismiss"
      onClick={() => store.setState((state) => removeToast(state, key))}
      data-testid="toast"
    >
      {text}
    </button>
  );
}
