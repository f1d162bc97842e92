import { describe, expect, it, vi } from 'vitest';
import { peerInfo } from '../testing/peerInfo';
import {
  consumerOffer,
  createRoom,
  fakeTrack,
  joinRoom,
  turnOn,
  untilPhase,
  type TestRoom,
} from '../testing/room';

const methods = ({ server }: TestRoom) => server.requests.map(({ method }) => method);

const eventually = (check: () => boolean) => vi.waitUntil(check);

describe('joining', () => {
  it('asks for capabilities, both transports and the room, in this order', async () => {
    const room = await joinRoom();
    expect(methods(room).slice(0, 4)).toEqual([
      'getRouterRtpCapabilities',
      'createWebRtcTransport',
      'createWebRtcTransport',
      'join',
    ]);
    const sctpCapabilities = { numStreams: { OS: 1024, MIS: 1024 } };
    expect(room.server.asked('createWebRtcTransport')).toEqual([
      { forceTcp: false, producing: true, consuming: false, sctpCapabilities },
      { forceTcp: false, producing: false, consuming: true, sctpCapabilities },
    ]);
    expect(room.server.asked('join')[0]).toMatchObject({ displayName: 'Me', sctpCapabilities });
    expect(room.urls).toEqual(['wss://miso.example/?roomId=the%20room&peerId=me']);
    expect(room.store.getState().peers.get('ada')?.name).toBe('Ada');
  });

  it('opens chat and bot channels without any media', async () => {
    const room = await joinRoom();
    await eventually(() => room.server.asked('produceData').length === 2);
    const labels = room.server.asked('produceData').map(({ label }) => label);
    expect(labels.sort()).toEqual(['bot', 'chat']);
    expect(methods(room)).not.toContain('produce');
    for (const { sctpStreamParameters } of room.server.asked('produceData')) {
      expect(sctpStreamParameters).toMatchObject({ ordered: true });
      expect(sctpStreamParameters).not.toHaveProperty('maxRetransmits');
    }
  });

  it('makes only the transports that the address asks for', async () => {
    const deaf = await joinRoom('?consume=false');
    expect(deaf.server.asked('createWebRtcTransport')).toHaveLength(1);
    expect(deaf.server.asked('join')[0]).not.toHaveProperty('rtpCapabilities');
    const mute = await joinRoom('?produce=false&forceTcp=true');
    expect(mute.server.asked('createWebRtcTransport')).toMatchObject([
      { forceTcp: true, producing: false, consuming: true },
    ]);
    expect(methods(mute)).not.toContain('produceData');
  });

  it('says nothing of SCTP when data channels are not wanted', async () => {
    const room = await joinRoom('?datachannel=false');
    for (const asked of [
      ...room.server.asked('createWebRtcTransport'),
      ...room.server.asked('join'),
    ]) {
      expect(asked).not.toHaveProperty('sctpCapabilities');
    }
    expect(methods(room)).not.toContain('produceData');
  });

  it('ends with the reason when the server refuses', async () => {
    const room = createRoom();
    room.server.refused.set('join', 'room is full');
    room.client.join();
    room.server.emit('open');
    await untilPhase(room, 'closed');
    expect(room.store.getState().phase).toEqual({
      name: 'closed',
      why: 'failed',
      detail: 'room is full',
    });
    expect(room.server.closed).toBe(true);
  });
});

describe('the connection', () => {
  it('joins again under the same id, and sends again, after it was lost', async () => {
    const room = await joinRoom();
    turnOn(room, 'mic');
    await eventually(() => room.server.asked('produce').length === 1);
    await room.server.request('newConsumer', consumerOffer('c'));
    room.server.emit('disconnected');
    expect(room.store.getState().phase.name).toBe('reconnecting');
    expect(room.store.getState().media.size).toBe(0);
    room.server.emit('failed', 1);
    expect(room.store.getState().phase).toEqual({ name: 'reconnecting', attempt: 1 });
    room.server.emit('open');
    await untilPhase(room, 'connected');
    await eventually(() => room.server.asked('produce').length === 2);
    expect(room.server.asked('join')).toHaveLength(2);
    expect(room.urls).toHaveLength(1);
  });

  it('is over when the server ends it, says so, and leaves no camera on', async () => {
    const room = await joinRoom();
    const track = turnOn(room, 'webcam');
    room.server.close();
    expect(track.readyState).toBe('ended');
    expect(room.store.getState().phase).toMatchObject({ name: 'closed', why: 'ended' });
  });

  it('is unreachable when every attempt has failed', () => {
    const room = createRoom();
    room.client.join();
    room.server.emit('failed', 1);
    expect(room.store.getState().phase).toEqual({ name: 'connecting', attempt: 1 });
    room.server.close();
    expect(room.store.getState().phase).toMatchObject({ name: 'closed', why: 'unreachable' });
  });

  it('is left with devices closed', async () => {
    const room = await joinRoom();
    const track = turnOn(room, 'webcam');
    room.client.leave();
    expect(track.readyState).toBe('ended');
    expect(room.store.getState()).toMatchObject({
      phase: { name: 'closed', why: 'left' },
      webcam: { status: 'off', track: null },
    });
    expect(room.server.closed).toBe(true);
  });
});

describe('peers', () => {
  it('come, are renamed, speak and go, with all they send', async () => {
    const { server, store } = await joinRoom();
    const bea = peerInfo('bea', 'Bea');
    server.notify('newPeer', { ...bea, peer: bea });
    server.notify('peerDisplayNameChanged', {
      peerId: 'bea',
      displayName: 'Beatrice',
      oldDisplayName: 'Bea',
    });
    server.notify('activeSpeaker', { peerId: 'bea', volume: -20 });
    await server.request('newConsumer', consumerOffer('c', { peerId: 'bea' }));
    expect(store.getState().peers.get('bea')?.name).toBe('Beatrice');
    expect(store.getState().activeSpeaker).toBe('bea');
    server.notify('peerClosed', { peerId: 'bea' });
    await eventually(() => store.getState().media.size === 0);
    expect(store.getState().peers.has('bea')).toBe(false);
    expect(store.getState().activeSpeaker).toBeNull();
    expect(store.getState().toasts.map(({ text }) => text)).toEqual([
      'Bea joined',
      'Beatrice left',
    ]);
  });
});

describe('sending', () => {
  it('mutes by pausing, and stops the camera by closing', async () => {
    const room = await joinRoom();
    turnOn(room, 'mic');
    turnOn(room, 'webcam');
    await eventually(() => room.server.asked('produce').length === 2);
    await room.client.setMic(false);
    await eventually(() => methods(room).includes('pauseProducer'));
    await room.client.setMic(true);
    await eventually(() => methods(room).includes('resumeProducer'));
    await room.client.setWebcam(false);
    await eventually(() => methods(room).includes('closeProducer'));
    expect([...(room.client.session?.producers.keys() ?? [])]).toEqual(['mic']);
  });

  it('sends a screen beside the camera, marked as such', async () => {
    const room = await joinRoom();
    turnOn(room, 'webcam');
    const audio = fakeTrack('audio');
    room.store.setState({ share: { status: 'live', video: fakeTrack('video'), audio } });
    await eventually(() => room.server.asked('produce').length === 3);
    const sent = room.server.asked('produce').map(({ kind, appData }) => [kind, appData]);
    expect(sent).toEqual(
      expect.arrayContaining([
        ['video', {}],
        ['video', { share: true }],
        ['audio', { share: true }],
      ]),
    );
    room.client.media.closeShare();
    await eventually(() => room.server.asked('closeProducer').length === 2);
    expect(audio.readyState).toBe('ended');
  });

  it('replaces the track when the device changes, without a new producer', async () => {
    const room = await joinRoom();
    turnOn(room, 'webcam');
    await eventually(() => room.client.session?.producers.has('webcam') === true);
    const other = turnOn(room, 'webcam');
    await eventually(() => room.client.session?.producers.get('webcam')?.track === other);
    expect(room.server.asked('produce')).toHaveLength(1);
  });

  it('does not send a microphone that was muted before joining until it is unmuted', async () => {
    const room = await joinRoom();
    const track = fakeTrack('audio');
    room.store.setState({ mic: { status: 'live', track, muted: true, problem: null } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(room.server.asked('produce')).toHaveLength(0);
    await room.client.setMic(true);
    await eventually(() => room.server.asked('produce').length === 1);
  });

  it('closes the microphone when the server does not take the mute', async () => {
    const room = await joinRoom();
    const track = turnOn(room, 'mic');
    await eventually(() => room.client.session?.producers.has('mic') === true);
    room.server.refused.set('pauseProducer', 'no');
    await room.client.setMic(false);
    await eventually(() => room.store.getState().mic.track === null);
    expect(track.readyState).toBe('ended');
    expect(room.store.getState().toasts.at(-1)?.text).toBe('Microphone could not be sent: no');
  });

  it('closes the camera with the reason when the forced codec is not to be had', async () => {
    const room = await joinRoom('?forceAV1=true');
    turnOn(room, 'webcam');
    await eventually(() => room.store.getState().webcam.track === null);
    expect(room.store.getState().toasts.at(-1)?.text).toContain('AV1 is not supported');
  });
});

describe('the downlink', () => {
  it('is known once the server has told it, and forgotten with the session', async () => {
    const room = await joinRoom();
    room.server.notify('downlinkBwe', {
      desiredBitrate: 3,
      effectiveDesiredBitrate: 2,
      availableBitrate: 1,
    });
    expect(room.store.getState().downlink).toEqual({ desired: 3, available: 1 });
    room.server.emit('disconnected');
    expect(room.store.getState().downlink).toBeNull();
  });
});

describe('renaming', () => {
  it('goes back to the old name when the server refuses', async () => {
    const room = await joinRoom();
    await room.client.rename('  New\nName ');
    expect(room.server.asked('changeDisplayName')).toEqual([{ displayName: 'New Name' }]);
    room.server.refused.set('changeDisplayName', 'no');
    await room.client.rename('Other');
    expect(room.store.getState().me.name).toBe('New Name');
  });
});
