import { hueOf, initials } from '../../settings/names';
import { cssVars } from './cssVars';
import styles from './Avatar.module.css';

/** Initials on a colour of the person's own. */
export function Avatar({ id, name, size }: { id: string; name: string; size?: number }) {
  const vars = cssVars({
    '--hue': hueOf(id),
    ...(size === undefined ? {} : { '--size': px(size) }),
  });
  return (
    <span className={styles.avatar} style={vars} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

function px(value: number): string {
  return `${value}px`;
}
