/** Which element plays which consumer, and how many frames it has shown. */

export interface Played {
  frames: number;
  width: number;
  height: number;
  /** Seconds on the element's own clock. */
  time: number;
}

const elements = new Map<string, HTMLVideoElement>();
const presented = new WeakMap<HTMLVideoElement, number>();

/** Counts what `element` shows of a consumer; returns what ends it. */
export function countFrames(consumerId: string, element: HTMLVideoElement): () => void {
  elements.set(consumerId, element);
  presented.set(element, 0);
  const counts = 'requestVideoFrameCallback' in element;
  const onFrame = () => {
    presented.set(element, (presented.get(element) ?? 0) + 1);
    handle = element.requestVideoFrameCallback(onFrame);
  };
  let handle = counts ? element.requestVideoFrameCallback(onFrame) : 0;
  return () => {
    if (counts) element.cancelVideoFrameCallback(handle);
    if (elements.get(consumerId) === element) elements.delete(consumerId);
  };
}

/** Null while no element shows the consumer. */
export function playedFrames(consumerId: string): Played | null {
  const element = elements.get(consumerId);
  if (element === undefined) return null;
  const decoded = element.getVideoPlaybackQuality().totalVideoFrames;
  return {
    frames: Math.max(decoded, presented.get(element) ?? 0),
    width: element.videoWidth,
    height: element.videoHeight,
    time: element.currentTime,
  };
}
