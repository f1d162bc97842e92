import { useEffect, useState } from 'react';
import { askDownlink } from '../../client/downlink';
import type { Stats } from '../../client/StatsSampler';
import { bitrate, milliseconds, percent } from '../../quality/format';
import { changeView } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { Dialog } from '../common/Dialog';
import { Chart, Fact } from './Chart';
import styles from './stats.module.css';
import { HISTORY } from './useReadings';

/** Rising spares the browser work and makes the curves coarser. */
const INTERVAL_MS = 1000;

const RATE = { format: bitrate, floor: 100_000 };

export function ConnectionDialog() {
  const { store } = useApp();
  const history = useStats();
  const downlink = useRoom((state) => state.downlink);
  const version = useRoom((state) => state.room.serverVersion);
  const last = history.at(-1);
  const path = last?.recv ?? last?.send ?? null;
  const available = downlink?.available ?? last?.receivable ?? null;
  const close = () => store.setState((state) => changeView(state, { statsOpen: false }));
  return (
    <Dialog title="Connection details" onClose={close} testId="stats">
      <div className={styles.charts}>
        <Chart
          title="Sending"
          values={history.map(({ send }) => send?.sendBitrate ?? null)}
          {...RATE}
        />
        <Chart
          title="Receiving"
          values={history.map(({ recv }) => recv?.recvBitrate ?? null)}
          {...RATE}
        />
      </div>
      <dl className={styles.facts}>
        <Fact name="Round trip" value={milliseconds(path?.rtt ?? null)} />
        <Fact name="Loss, receiving" value={percent(last?.recv?.loss ?? null)} />
        <Fact name="Can send" value={bitrate(last?.send?.availableSendBitrate ?? null)} />
        <Fact name="Can receive" value={bitrate(available)} testId="downlink-available" />
        <Fact name="Everything would take" value={bitrate(downlink?.desired ?? null)} />
        <Fact name="Carried over" value={path?.protocol?.toUpperCase() ?? null} />
        <Fact name="Server address" value={path?.remoteAddress ?? null} />
        <Fact name="Encryption" value={path?.srtpCipher ?? null} />
        <Fact name="Server" value={version} />
      </dl>
    </Dialog>
  );
}

interface Moment extends Stats {
  /** Bit/s that the server can send here. */
  receivable: number | null;
}

function useStats(): Moment[] {
  const { client } = useApp();
  const [history, setHistory] = useState<Moment[]>([]);
  useEffect(() => {
    let ended = false;
    const read = async () => {
      const [stats, receivable] = await Promise.all([
        client.getStats(),
        askDownlink(client.session),
      ]);
      if (!ended) setHistory((before) => [...before, { ...stats, receivable }].slice(-HISTORY));
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
