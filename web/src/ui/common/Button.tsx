import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { cx } from './cx';
import styles from './Button.module.css';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'type'>;

interface ButtonProps extends Native {
  look?: 'primary' | 'plain' | 'danger';
  wide?: boolean;
  submit?: boolean;
  testId?: string;
}

export function Button({ look = 'plain', wide, submit, testId, ...native }: ButtonProps) {
  return (
    <button
      type={submit === true ? 'submit' : 'button'}
      className={cx(styles.button, styles[look], wide === true && styles.wide)}
      data-testid={testId}
      {...native}
    />
  );
}

interface IconButtonProps extends Native {
  /** Read out, and shown on hover. */
  label: string;
  children: ReactNode;
  /** `round` for the controls of a call, `ghost` for everything small. */
  look?: 'round' | 'off' | 'on' | 'danger' | 'ghost' | 'glass';
  badge?: number;
  testId?: string;
}

export function IconButton({
  label,
  look = 'ghost',
  badge = 0,
  testId,
  children,
  ...native
}: IconButtonProps) {
  const full = badge > 0 ? `${label}, ${badge} unread` : label;
  return (
    <button
      type="button"
      className={cx(styles.icon, styles[look])}
      aria-label={full}
      title={label}
      data-testid={testId}
      {...native}
    >
      {children}
      {badge > 0 && (
        <span className={styles.badge} aria-hidden="true">
          {badge > 99 ? '99+' : badge}
        </span>
      )}
    </button>
  );
}
