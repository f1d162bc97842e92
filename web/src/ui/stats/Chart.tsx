import { Sparkline } from './Sparkline';
import styles from './stats.module.css';
import { HISTORY } from './useReadings';

interface ChartProps {
  title: string;
  values: readonly (number | null)[];
  /** Writes a value for people. */
  format: (value: number | null) => string | null;
  /** The curve fills the height from this value on, so that small values look small. */
  floor: number;
  testId?: string;
}

/** A figure now and over the last minute. */
export function Chart({ title, values, format, floor, testId }: ChartProps) {
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.chartTitle}>{title}</figcaption>
      <p className={styles.chartValue} data-testid={testId}>
        {format(values.at(-1) ?? null) ?? '–'}
      </p>
      <Sparkline values={values} length={HISTORY} floor={floor} />
    </figure>
  );
}

interface FactProps {
  name: string;
  value: string | null;
  testId?: string;
}

export function Fact({ name, value, testId }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd data-testid={testId}>{value ?? '–'}</dd>
    </div>
  );
}
