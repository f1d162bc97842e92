import { useEffect, useState } from 'react';
import { NO_READING, TileSampler, type Subject, type TileReading } from '../../client/TileSampler';
import { useApp } from '../app';
import { keyOf, subjectOfKey } from './subject';

/** Rising spares browser and server work and makes the curves coarser. */
const INTERVAL_MS = 1000;

/** Readings in the curves: the last minute. */
export const HISTORY = 60;

export interface Readings {
  last: TileReading;
  /** One figure over time, oldest first. */
  over: (figure: (reading: TileReading) => number | null | undefined) => (number | null)[];
}

/** Follows a tile for as long as it is shown; another subject starts afresh. */
export function useReadings(subject: Subject): Readings {
  const { client } = useApp();
  const key = keyOf(subject);
  const [history, setHistory] = useState<{ key: string; readings: TileReading[] }>({
    key,
    readings: [],
  });
  useEffect(() => {
    const sampler = new TileSampler(() => client.session);
    const about = subjectOfKey(key);
    let busy = false;
    let ended = false;
    const read = async () => {
      if (busy) return;
      busy = true;
      const reading = await sampler.read(about).finally(() => (busy = false));
      if (ended) return;
      setHistory((before) => {
        const readings = before.key === key ? before.readings : [];
        return { key, readings: [...readings, reading].slice(-HISTORY) };
      });
    };
    const timer = setInterval(() => void read(), INTERVAL_MS);
    void read();
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [client, key]);
  const readings = history.key === key ? history.readings : [];
  return {
    last: readings.at(-1) ?? NO_READING,
    over: (figure) => readings.map((reading) => figure(reading) ?? null),
  };
}
