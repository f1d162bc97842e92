import { useEffect, useRef } from 'react';
import { countFrames } from '../room/frames';
import { cx } from './cx';
import styles from './VideoView.module.css';

interface VideoViewProps {
  track: MediaStreamTrack;
  /** Whose frames are counted for the tests. */
  consumerId?: string | null;
  mirrored?: boolean;
  /** Show all of the picture rather than fill the space. */
  whole?: boolean;
  label: string;
}

/** Plays one video track, always silent. */
export function VideoView({ track, consumerId, mirrored, whole, label }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    // Refused only while the page is being left; a muted video may always play.
    element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  useEffect(() => {
    const element = ref.current;
    if (element === null || consumerId === undefined || consumerId === null) return;
    return countFrames(consumerId, element);
  }, [consumerId]);
  return (
    <video
      ref={ref}
      className={cx(styles.video, mirrored === true && styles.mirrored, whole && styles.whole)}
      autoPlay
      playsInline
      muted
      aria-label={label}
      data-consumer-id={consumerId ?? undefined}
      data-testid={consumerId === undefined || consumerId === null ? 'own-video' : 'remote-video'}
    />
  );
}
