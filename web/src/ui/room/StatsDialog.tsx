import { useEffect, useState } from 'react';
import type { Stats } from '../../client/StatsSampler';
import { changeView } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { Dialog } from '../common/Dialog';
import { bitrate, milliseconds, percent } from './format';
import { Sparkline } from './Sparkline';
import styles from './StatsDialog.module.css';

/** Rising spares the browser work and makes the curves coarser. */
const INTERVAL_MS = 1000;

/** Seconds of history in the curves. */
const HISTORY = 60;

export function StatsDialog() {
  const { store } = useApp();
  const history = useStats();
  const downlink = useRoom((state) => state.downlink);
  const version = useRoom((state) => state.room.serverVersion);
  const last = history.at(-1);
  const path = last?.recv ?? last?.send ?? null;
  const close = () => store.setState((state) => changeView(state, { statsOpen: false }));
  return (
    <Dialog title="Connection details" onClose={close} testId="stats">
      <div className={styles.rates}>
        <Rate title="Sending" values={history.map(({ send }) => send?.sendBitrate ?? 0)} />
        <Rate title="Receiving" values={history.map(({ recv }) => recv?.recvBitrate ?? 0)} />
      </div>
      <dl className={styles.facts}>
        <Fact name="Round trip" value={milliseconds(path?.rtt ?? null)} />
        <Fact name="Loss, receiving" value={percent(last?.recv?.loss ?? null)} />
        <Fact name="Can send" value={bitrate(last?.send?.availableSendBitrate ?? null)} />
        <Fact name="Can receive" value={bitrate(downlink)} />
        <Fact name="Carried over" value={path?.protocol?.toUpperCase() ?? null} />
        <Fact name="Server address" value={path?.remoteAddress ?? null} />
        <Fact name="Encryption" value={path?.srtpCipher ?? null} />
        <Fact name="Server" value={version} />
      </dl>
    </Dialog>
  );
}

function useStats(): Stats[] {
  const { client } = useApp();
  const [history, setHistory] = useState<Stats[]>([]);
  useEffect(() => {
    let ended = false;
    const read = async () => {
      const stats = await client.getStats();
      if (!ended) setHistory((before) => [...before, stats].slice(-HISTORY));
    };
    const timer = setInterval(() => void read(), INTERVAL_MS);
    void read();
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [client]);
  return history;
}

function Rate({ title, values }: { title: string; values: number[] }) {
  return (
    <figure className={styles.rate}>
      <figcaption className={styles.rateTitle}>{title}</figcaption>
      <p className={styles.rateValue}>{bitrate(values.at(-1) ?? null)}</p>
      <Sparkline values={values} length={HISTORY} />
    </figure>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{value ?? '–'}</dd>
    </div>
  );
}
