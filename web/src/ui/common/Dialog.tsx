import { useEffect, useId, useRef, type ReactNode } from 'react';
import { IconButton } from './Button';
import { CloseIcon } from './icons';
import styles from './Dialog.module.css';

interface DialogProps {
  title: string;
  onClose: () => void;
  testId: string;
  children: ReactNode;
}

/** A modal window; the browser keeps the focus inside and closes it with Escape. */
export function Dialog({ title, onClose, testId, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) {
      dialog.showModal();
      // Else the browser marks the close button, as if that were what one came for.
      dialog.focus();
    }
    return () => dialog?.close();
  }, []);
  return (
    // A click on the backdrop is a click on the dialog itself; Escape does the same by keyboard.
    <dialog
      ref={ref}
      tabIndex={-1}
      className={styles.dialog}
      aria-labelledby={id}
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      data-testid={testId}
    >
      <div className={styles.inner}>
        <header className={styles.head}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose} testId="dialog-close">
            <CloseIcon />
          </IconButton>
        </header>
        {children}
      </div>
    </dialog>
  );
}
