import styles from './Logo.module.css';

/** The bowl of soup, and the name unless there is no room for it. */
export function Logo({ compact = false }: { compact?: boolean }) {
  return (
    <span className={styles.logo}>
      <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" fill="currentColor" />
        <path className={styles.ink} d="M6 16.5h20a10 10 0 0 1-20 0z" />
        <g className={styles.steam}>
          <path d="M11 13c-1.6-1.7 1.6-3.3 0-5" />
          <path d="M16 13c-1.6-1.7 1.6-3.3 0-5" />
          <path d="M21 13c-1.6-1.7 1.6-3.3 0-5" />
        </g>
      </svg>
      <span className={compact ? 'visually-hidden' : styles.name}>miso</span>
    </span>
  );
}
