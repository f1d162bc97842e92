import type { Subject, TileReading } from '../../client/TileSampler';
import { bitrate, milliseconds, percent, perSecond } from '../../quality/format';
import { limitOf, limitWord, sendingReason } from '../../quality/sending';
import type { SentLayer } from '../../quality/sent';
import type { ServerStream } from '../../quality/server';
import { useRoom } from '../app';
import { Chart, Fact } from './Chart';
import { summary } from './summary';
import styles from './stats.module.css';
import { useReadings, type Readings } from './useReadings';

/** What one sends oneself, layer by layer. */
export function OwnStats({ subject }: { subject: Subject & { own: true } }) {
  const { last, over } = useReadings(subject);
  const { sent } = last;
  const largest = sent.findLast(({ active }) => active) ?? null;
  return (
    <>
      <section className={styles.summary}>
        <p className={styles.headline} data-testid="stats-picture">
          {sent.length === 0 ? 'No picture' : summary(largest)}
        </p>
        <p
          className={styles.reason}
          data-cause={limitOf(sent) ?? 'unknown'}
          data-testid="stats-reason"
        >
          {sendingReason(sent, last.available)}
        </p>
      </section>
      <Charts over={over} />
      {sent.length > 0 && (
        <ul className={styles.sent} aria-label="What is sent, layer by layer">
          {sent.toReversed().map((layer, index) => (
            <Layer
              key={layer.id}
              layer={layer}
              name={sent.length === 1 ? 'Picture' : `Size ${sent.length - index}`}
              stream={last.streams.find(({ id }) => id === layer.id) ?? null}
            />
          ))}
        </ul>
      )}
      <Facts reading={last} />
    </>
  );
}

function Charts({ over }: Pick<Readings, 'over'>) {
  return (
    <div className={styles.charts}>
      <Chart
        title="Picture sent"
        values={over((reading) => total(reading.sent))}
        format={bitrate}
        floor={100_000}
        testId="stats-bitrate"
      />
      <Chart
        title="Can be sent"
        values={over(({ available }) => available)}
        format={bitrate}
        floor={100_000}
        testId="stats-available"
      />
      <Chart
        title="Frame rate"
        values={over((reading) => highest(reading.sent, 'frameRate'))}
        format={perSecond}
        floor={30}
        testId="stats-frame-rate"
      />
      <Chart
        title="Loss"
        values={over((reading) => highest(reading.sent, 'loss'))}
        format={percent}
        floor={0.05}
      />
      <Chart title="Round trip" values={over(({ rtt }) => rtt)} format={milliseconds} floor={50} />
      <Chart
        title="Jitter"
        values={over((reading) => highest(reading.sent, 'jitter'))}
        format={milliseconds}
        floor={20}
      />
    </div>
  );
}

function Facts({ reading }: { reading: TileReading }) {
  const downlink = useRoom((state) => state.downlink);
  const { sentSound, receivable } = reading;
  return (
    <dl className={styles.facts}>
      <Fact name="Sound sent" value={bitrate(sentSound?.bitrate ?? null)} />
      <Fact name="Sound lost" value={percent(sentSound?.loss ?? null)} />
      <Fact name="You can receive" value={bitrate(downlink?.available ?? receivable)} />
      <Fact name="Everything would take" value={bitrate(downlink?.desired ?? null)} />
    </dl>
  );
}

interface LayerProps {
  layer: SentLayer;
  name: string;
  /** How the server receives it. */
  stream: ServerStream | null;
}

function Layer({ layer, name, stream }: LayerProps) {
  const limit = limitWord(layer);
  const arrives = stream?.score === null || stream === null ? null : `arrives ${stream.score}/10`;
  const notes = [layer.scalabilityMode, arrives, limit].filter((note) => note !== null);
  return (
    <li className={styles.sentLayer} data-active={layer.active} data-testid="sent-layer">
      <span className={styles.sentName}>{name}</span>
      <span className={styles.sentFigures}>
        {layer.active && summary({ ...layer, codec: null })}
      </span>
      <span className={styles.sentRate}>{layer.active && bitrate(layer.bitrate)}</span>
      <span className={styles.sentNotes}>{notes.join(' · ')}</span>
    </li>
  );
}

function total(layers: readonly SentLayer[]): number | null {
  const known = layers.flatMap(({ bitrate }) => (bitrate === null ? [] : [bitrate]));
  return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0);
}

function highest(
  layers: readonly SentLayer[],
  figure: 'frameRate' | 'loss' | 'jitter',
): number | null {
  const known = layers.flatMap((layer) => layer[figure] ?? []);
  return known.length === 0 ? null : Math.max(...known);
}
