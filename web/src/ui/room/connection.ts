import type { MediaPath, Phase } from '../../state/types';

export interface ConnectionView {
  label: string;
  title: string;
  look: 'good' | 'busy' | 'bad';
}

/** What the badge says: the worst of signalling and media. */
export function connectionOf(phase: Phase, path: MediaPath): ConnectionView {
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
      return mediaView(path);
  }
}

function mediaView({ send, recv }: MediaPath): ConnectionView {
  const states = [send, recv];
  if (states.includes('failed')) {
    const title = 'Sound and pictures cannot get through; a firewall may block them';
    return { label: 'No media', title, look: 'bad' };
  }
  if (states.includes('disconnected')) {
    return { label: 'Unstable', title: 'Sound and pictures are interrupted', look: 'busy' };
  }
  return { label: 'Connected', title: 'Connected', look: 'good' };
}
