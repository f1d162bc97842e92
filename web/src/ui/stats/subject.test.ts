import { describe, expect, it } from 'vitest';
import type { Tile } from '../../state/tiles';
import type { RemoteMedia } from '../../state/types';
import { keyOf, subjectOf, subjectOfKey } from './subject';

const tile = (change: Partial<Tile>) =>
  ({ own: false, kind: 'camera', peerId: 'p', consumerId: 'v', ...change }) as Tile;

const sound = (id: string, peerId: string, share: boolean) =>
  [id, { id, peerId, share, kind: 'audio' } as RemoteMedia] as const;

const media = new Map([sound('q', 'q', false), sound('a', 'p', false), sound('s', 'p', true)]);

describe('subjectOf', () => {
  it('joins a picture with the sound that belongs to it', () => {
    expect(subjectOf(tile({}), media)).toEqual({ own: false, picture: 'v', sound: 'a' });
    expect(subjectOf(tile({ kind: 'share' }), media)).toMatchObject({ sound: 's' });
    expect(subjectOf(tile({ peerId: 'nobody', consumerId: null }), media)).toEqual({
      own: false,
      picture: null,
      sound: null,
    });
  });

  it('is camera and microphone, or the screen, of oneself', () => {
    const own = (kind: Tile['kind']) => subjectOf(tile({ own: true, kind }), media);
    expect(own('camera')).toEqual({ own: true, picture: 'webcam', sound: 'mic' });
    expect(own('share')).toEqual({ own: true, picture: 'share', sound: 'shareSound' });
  });

  it('survives being a key', () => {
    const subject = subjectOf(tile({}), media);
    expect(subjectOfKey(keyOf(subject))).toEqual(subject);
  });
});
