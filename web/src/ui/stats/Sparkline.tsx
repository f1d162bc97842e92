import styles from './stats.module.css';

const WIDTH = 200;
const HEIGHT = 40;

/** Free space above the highest value and below zero. */
const MARGIN = { top: 4, bottom: 2 };

interface SparklineProps {
  /** Oldest first; null leaves a gap. */
  values: readonly (number | null)[];
  /** How many values fill the width. */
  length: number;
  /** The curve reaches the top at this value or at its own highest, whichever is more. */
  floor: number;
}

/** The last values as a curve, newest at the right. */
export function Sparkline({ values, length, floor }: SparklineProps) {
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {runs(values, length, floor).map((run) => {
        const line = run.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
        const [first, last] = [run[0]?.x ?? 0, run.at(-1)?.x ?? 0];
        return (
          <g key={first}>
            <polygon points={`${first},${HEIGHT} ${line} ${last},${HEIGHT}`} />
            <polyline points={line} vectorEffect="non-scaling-stroke" />
          </g>
        );
      })}
    </svg>
  );
}

interface Point {
  x: number;
  y: number;
}

/** Neighbouring values as points; each gap begins another run. */
function runs(values: readonly (number | null)[], length: number, floor: number): Point[][] {
  const top = Math.max(floor, ...values.map((value) => value ?? 0));
  const all: Point[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) {
      all.push([]);
      return;
    }
    const x = ((length - values.length + index) / (length - 1)) * WIDTH;
    const share = value / top;
    const y = HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom);
    all.at(-1)?.push({ x, y });
  });
  return all.filter((run) => run.length > 0);
}
