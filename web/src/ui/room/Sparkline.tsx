import styles from './StatsDialog.module.css';

const WIDTH = 200;
const HEIGHT = 44;

/** The last `length` values as a curve, newest at the right. */
export function Sparkline({ values, length }: { values: number[]; length: number }) {
  const top = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const x = ((length - values.length + index) / (length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 6)).toFixed(1)}`;
  });
  const first = ((length - values.length) / (length - 1)) * WIDTH;
  const line = points.join(' ');
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polygon points={`${first.toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline points={line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
