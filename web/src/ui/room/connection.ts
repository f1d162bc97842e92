import { bitrate } from '../../quality/format';
import type { Downlink, MediaPath, Phase } from '../../state/types';

export interface ConnectionView {
  label: string;
  title: string;
  look: 'good' | 'busy' | 'bad';
}

/** What the badge says: the worst of signalling and media. */
export function connectionOf(
  phase: Phase,
  path: MediaPath,
  downlink: Downlink | null,
): ConnectionView {
  switch (phase.name) {
    case 'lobby':
      return { label: 'Not connected', title: 'Not in the room yet', look: 'busy' };
    case 'connecting':
      return { label: 'Connecting', title: 'Connecting to the server', look: 'busy' };
    case 'reconnecting':
      return { label: 'Reconnecting', title: 'The connection was lost', look: 'busy' };
    case 'closed':
      return { label: 'Closed', title: 'The connection is closed', look: 'bad' };
    case 'connected':
      return mediaView(path, downlink);
  }
}

function mediaView({ send, recv }: MediaPath, downlink: Downlink | null): ConnectionView {
  const states = [send, recv];
  if (states.includes('failed')) {
    const title = 'Sound and pictures cannot get through; a firewall may block them';
    return { label: 'No media', title, look: 'bad' };
  }
  if (states.includes('disconnected')) {
    return { label: 'Unstable', title: 'Sound and pictures are interrupted', look: 'busy' };
  }
  const gives = bitrate(downlink?.available ?? null);
  const title = gives === null ? 'Connected' : `Connected; your connection gives ${gives}`;
  return { label: 'Connected', title, look: 'good' };
}
