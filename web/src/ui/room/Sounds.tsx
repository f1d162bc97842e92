import { useEffect, useMemo, useRef } from 'react';
import { changeView } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { registerSound } from './sound';

/** Plays everybody's sound; shows nothing. */
export function Sounds() {
  const media = useRoom((state) => state.media);
  const audio = useMemo(() => [...media.values()].filter(({ kind }) => kind === 'audio'), [media]);
  return audio.map(({ id, track }) => <Sound key={id} id={id} track={track} />);
}

function Sound({ id, track }: { id: string; track: MediaStreamTrack }) {
  const { store } = useApp();
  const speakerId = useRoom((state) => state.prefs.speakerId);
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const block = (soundBlocked: boolean) =>
      store.setState((state) => changeView(state, { soundBlocked }));
    const onPlaying = () => block(false);
    element.addEventListener('playing', onPlaying);
    element.srcObject = new MediaStream([track]);
    element.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NotAllowedError') block(true);
    });
    const unregister = registerSound(element);
    return () => {
      unregister();
      element.removeEventListener('playing', onPlaying);
      element.srcObject = null;
    };
  }, [store, track]);
  useEffect(() => {
    const element = ref.current;
    if (element === null || speakerId === null || !('setSinkId' in element)) return;
    // A speaker that was unplugged leaves the default one.
    element.setSinkId(speakerId).catch(() => undefined);
  }, [speakerId]);
  return <audio ref={ref} data-consumer-id={id} data-testid="remote-audio" />;
}
