import type { Subject, TileReading } from '../../client/TileSampler';
import { bitrate, milliseconds, percent, perSecond } from '../../quality/format';
import { reasonFor, type Offered } from '../../quality/reason';
import type { LayerPair, ServerConsumer } from '../../quality/server';
import type { RemoteMedia } from '../../state/types';
import { useRoom } from '../app';
import { Chart, Fact } from './Chart';
import { LayerControls } from './LayerControls';
import { summary } from './summary';
import styles from './stats.module.css';
import { useReadings, type Readings } from './useReadings';

interface RemoteStatsProps {
  subject: Subject & { own: false };
  name: string;
  /** Null while there is no picture. */
  media: RemoteMedia | null;
}

/** What is received of somebody, and why not more. */
export function RemoteStats({ subject, name, media }: RemoteStatsProps) {
  const readings = useReadings(subject);
  const { server } = readings.last;
  return (
    <>
      <section className={styles.summary}>
        <p className={styles.headline} data-testid="stats-picture">
          {media === null ? 'No picture' : summary(readings.last.picture)}
        </p>
        {media !== null && <Why sender={name} media={media} server={server} />}
        {media?.offered && <Layers media={media} offered={media.offered} server={server} />}
      </section>
      <Charts readings={readings} withPicture={media !== null} />
      {media !== null && <LayerControls media={media} />}
      <Facts reading={readings.last} media={media} />
    </>
  );
}

interface WhyProps {
  sender: string;
  media: RemoteMedia;
  server: ServerConsumer | null;
}

/** The reason for the quality, in words. */
function Why({ sender, media, server }: WhyProps) {
  const audioOnly = useRoom((state) => state.view.audioOnly);
  const downlink = useRoom((state) => state.downlink);
  const hidden = audioOnly ? 'audioOnly' : 'hidden';
  const { cause, text } = reasonFor({
    sender,
    producerPaused: media.producerPaused,
    localPaused: media.localPaused ? hidden : null,
    offered: media.offered,
    wanted: media.wanted,
    current: media.layers === undefined ? undefined : pairOf(media.layers),
    producerScores: media.score?.producerScores ?? [],
    server: server?.layers ?? null,
    downlink: downlink?.available ?? null,
  });
  return (
    <p className={styles.reason} aria-live="polite" data-cause={cause} data-testid="stats-reason">
      {text}
    </p>
  );
}

function Charts({ readings, withPicture }: { readings: Readings; withPicture: boolean }) {
  const { over } = readings;
  const main = ({ picture, sound }: TileReading) => (withPicture ? picture : sound);
  return (
    <div className={styles.charts}>
      <Chart
        title="Bitrate"
        values={over((reading) => main(reading)?.bitrate)}
        format={bitrate}
        floor={100_000}
        testId="stats-bitrate"
      />
      {withPicture && (
        <>
          <Chart
            title="Frame rate"
            values={over(({ picture }) => picture?.frameRate)}
            format={perSecond}
            floor={30}
            testId="stats-frame-rate"
          />
          <Chart
            title="Resolution"
            values={over(({ picture }) => picture?.height)}
            format={(height) => (height === null ? null : `${height}p`)}
            floor={360}
            testId="stats-height"
          />
        </>
      )}
      <Chart title="Loss" values={over((it) => main(it)?.loss)} format={percent} floor={0.05} />
      <Chart title="Round trip" values={over(({ rtt }) => rtt)} format={milliseconds} floor={50} />
      <Chart
        title="Jitter"
        values={over((it) => main(it)?.jitter)}
        format={milliseconds}
        floor={20}
      />
    </div>
  );
}

function Facts({ reading, media }: { reading: TileReading; media: RemoteMedia | null }) {
  const downlink = useRoom((state) => state.downlink);
  const { picture, sound, server } = reading;
  const available = server?.layers?.availableBitrate ?? downlink?.available ?? null;
  return (
    <dl className={styles.facts}>
      {media !== null && (
        <>
          <Fact name="Connection gives" value={bitrate(available)} />
          <Fact name="Waits to be shown" value={milliseconds(picture?.delay ?? null)} />
          <Fact name="Freezes" value={picture?.freezes?.toString() ?? null} />
          <Fact name="Key frames" value={picture?.keyFrames?.toString() ?? null} />
          <Fact name="Arrives here" value={score(media.score?.score)} />
          <Fact name="Arrives at the server" value={score(media.score?.producerScore)} />
        </>
      )}
      <Fact name="Sound" value={bitrate(sound?.bitrate ?? null)} />
      <Fact name="Sound lost" value={percent(sound?.loss ?? null)} />
    </dl>
  );
}

interface LayersProps {
  media: RemoteMedia;
  offered: Offered;
  server: ServerConsumer | null;
}

/** Wanted, decided and received layers, counted from 1 as people do. */
function Layers({ media, offered, server }: LayersProps) {
  const { wanted, layers } = media;
  const current = server?.layers?.current ?? layers;
  return (
    <dl className={styles.layers}>
      <dt>Wanted</dt>
      <dd data-testid="stats-wanted">{layerWords(wanted, offered)}</dd>
      <dt>Received</dt>
      <dd data-testid="stats-received">
        {current === undefined ? '–' : layerWords(pairOf(current), offered)}
      </dd>
    </dl>
  );
}

function layerWords(layers: LayerPair | null, { spatial, temporal }: Offered): string {
  if (layers === null) return 'none';
  const rate = (layers.temporal ?? temporal - 1) + 1;
  return `size ${layers.spatial + 1} of ${spatial}, frame rate ${rate} of ${temporal}`;
}

function pairOf(layers: RemoteMedia['layers'] | LayerPair | null): LayerPair | null {
  return layers?.spatial === null || layers?.spatial === undefined
    ? null
    : { spatial: layers.spatial, temporal: layers.temporal };
}

function score(value: number | undefined): string | null {
  return value === undefined ? null : `${value} of 10`;
}
