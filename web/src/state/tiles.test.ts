import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFS } from '../settings/prefs';
import { peerInfo } from '../testing/peerInfo';
import { createRoomStore } from './store';
import { mainTile, mutedPeers, tilesInView, tilesOf } from './tiles';
import type { RemoteMedia, State } from './types';
import { addMedia, addPeer } from './updates';

const track = {} as MediaStreamTrack;

function media(change: Partial<RemoteMedia> & { id: string; peerId: string }): RemoteMedia {
  return {
    kind: 'video',
    share: false,
    type: 'simple',
    track,
    codec: 'VP8',
    producerPaused: false,
    localPaused: false,
    score: null,
    offered: null,
    wanted: null,
    chosen: { spatial: null, temporal: null },
    priority: 1,
    ...change,
  };
}

function room(items: RemoteMedia[], peers = ['p'], flag = 'chrome'): State {
  const store = createRoomStore('room', 'me', DEFAULT_PREFS);
  const infoOf = (id: string) => ({ ...peerInfo(id), device: { flag } });
  for (const id of peers) store.setState((state) => addPeer(state, infoOf(id)));
  for (const item of items) store.setState((state) => addMedia(state, item));
  return store.getState();
}

const keysAndKinds = (state: State) => tilesOf(state).map(({ key, kind }) => `${key} ${kind}`);

describe('tilesOf', () => {
  it('shows oneself and everybody, with or without a camera', () => {
    expect(keysAndKinds(room([], ['a', 'b']))).toEqual(['me camera', 'a camera', 'b camera']);
  });

  it('shows every camera and every screen of a peer', () => {
    const state = room([
      media({ id: 'v1', peerId: 'p' }),
      media({ id: 's1', peerId: 'p', share: true }),
      media({ id: 'v2', peerId: 'p' }),
    ]);
    expect(keysAndKinds(state)).toEqual(['me camera', 'p camera', 's1 share', 'v2 camera']);
  });

  it('keeps the avatar of somebody who only shares a screen', () => {
    const state = room([media({ id: 's1', peerId: 'p', share: true })]);
    expect(keysAndKinds(state)).toEqual(['me camera', 'p camera', 's1 share']);
    expect(tilesOf(state)[1]?.video).toBeNull();
  });

  it('keeps the key of a tile when the camera goes on', () => {
    const off = tilesOf(room([]))[1];
    const on = tilesOf(room([media({ id: 'v1', peerId: 'p' })]))[1];
    expect(on?.key).toBe(off?.key);
    expect(on?.consumerId).toBe('v1');
  });

  it('shows all of a screen and of a film, and of a face as much as fills the tile', () => {
    const items = [media({ id: 'v', peerId: 'p' }), media({ id: 's', peerId: 'p', share: true })];
    const whole = (flag: string) =>
      tilesOf(room(items, ['p'], flag)).map(({ key, whole }) => [key, whole]);
    const whoSendsAll = [
      ['me', false],
      ['p', true],
      ['s', true],
    ];
    expect(whole('chrome')).toEqual([['me', false], ['p', false], whoSendsAll[2]]);
    for (const flag of ['broadcaster', 'ffmpeg', 'gstreamer']) {
      expect(whole(flag)).toEqual(whoSendsAll);
    }
  });

  it('shows media of a peer the server does not list, even under one’s own id', () => {
    const state = room([media({ id: 'v', peerId: 'me' })], []);
    expect(tilesOf(state).map(({ own, consumerId }) => [own, consumerId])).toEqual([
      [true, null],
      [false, 'v'],
    ]);
  });

  it('marks a picture as held when it is paused on either side or no layer comes', () => {
    const held = (change: Partial<RemoteMedia>) =>
      tilesOf(room([media({ id: 'v', peerId: 'p', ...change })]))[1]?.held;
    expect(held({})).toBe(false);
    expect(held({ producerPaused: true })).toBe(true);
    expect(held({ localPaused: true })).toBe(true);
    expect(held({ layers: { spatial: null, temporal: null } })).toBe(true);
    expect(held({ layers: { spatial: 0, temporal: 0 } })).toBe(false);
  });
});

describe('tilesInView', () => {
  it('leaves out oneself for who sends nothing, but never everybody', () => {
    const keys = (state: State, produce: boolean) =>
      tilesInView(state, produce).map(({ key }) => key);
    expect(keys(room([]), true)).toEqual(['me', 'p']);
    expect(keys(room([]), false)).toEqual(['p']);
    expect(keys(room([], []), false)).toEqual(['me']);
  });
});

describe('mutedPeers', () => {
  it('counts voices only, not the sound of a screen', () => {
    const state = room(
      [
        media({ id: '1', peerId: 'a', kind: 'audio' }),
        media({ id: '2', peerId: 'b', kind: 'audio', producerPaused: true }),
        media({ id: '3', peerId: 'c', kind: 'audio', share: true }),
      ],
      ['a', 'b', 'c', 'd'],
    );
    expect([...mutedPeers(state.peers, state.media)]).toEqual(['b', 'c', 'd']);
    const off = tilesOf(state).flatMap(({ peerId, micOff }) => (micOff ? [peerId] : []));
    expect(off).toEqual(['me', 'b', 'c', 'd']);
  });
});

describe('mainTile', () => {
  const state = room([
    media({ id: 's1', peerId: 'p', share: true }),
    media({ id: 's2', peerId: 'p', share: true }),
  ]);

  it('is the newest shared screen, unless something else is pinned', () => {
    const tiles = tilesOf(state);
    expect(mainTile(tiles, null)).toBe('s2');
    expect(mainTile(tiles, 'p')).toBe('p');
    expect(mainTile(tiles, 'gone')).toBe('s2');
    expect(mainTile(tilesOf(room([])), null)).toBeNull();
  });
});
