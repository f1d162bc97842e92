import type { Subject } from '../../client/TileSampler';
import type { State } from '../../state/types';
import type { Tile } from '../../state/tiles';

/** What the statistics of a tile are about: its picture, and the sound that belongs to it. */
export function subjectOf(tile: Tile, media: State['media']): Subject {
  const share = tile.kind === 'share';
  if (tile.own) {
    return share
      ? { own: true, picture: 'share', sound: 'shareSound' }
      : { own: true, picture: 'webcam', sound: 'mic' };
  }
  const sounds = [...media.values()].filter(
    (item) => item.peerId === tile.peerId && item.kind === 'audio' && item.share === share,
  );
  return { own: false, picture: tile.consumerId, sound: sounds[0]?.id ?? null };
}

/** A subject as text: equal for the same subject, whatever object holds it. */
export function keyOf(subject: Subject): string {
  return JSON.stringify(subject);
}

export function subjectOfKey(key: string): Subject {
  return JSON.parse(key) as Subject;
}
