import { useEffect, useRef } from 'react';
import { useApp } from '../app';

/** Keeps the custom property `--level` (0 to 1) of an element at somebody's loudness. */
export function useLevel<T extends HTMLElement>(peerId: string, active = true) {
  const { levels } = useApp();
  const ref = useRef<T>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null || !active) return;
    let smooth = 0;
    const stop = levels.subscribe(peerId, (level) => {
      // Up at once, down slowly: speech has gaps that are no silence.
      smooth = Math.max(level, smooth * 0.75);
      element.style.setProperty('--level', smooth.toFixed(3));
    });
    return () => {
      stop();
      element.style.setProperty('--level', '0');
    };
  }, [levels, peerId, active]);
  return ref;
}
