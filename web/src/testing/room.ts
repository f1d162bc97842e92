import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Device, FakeHandler, testFakeParameters as fake } from 'mediasoup-client';
import { vi } from 'vitest';
import { RoomClient } from '../client/RoomClient';
import type { NewConsumer, NewDataConsumer } from '../signalling/messages';
import { parseParams } from '../settings/params';
import { DEFAULT_PREFS } from '../settings/prefs';
import { Signalling } from '../signalling/Signalling';
import { createRoomStore, type Store } from '../state/store';
import type { PhaseName } from '../state/types';
import { FakeServer } from './FakeServer';

/** A client whose socket and peer connections are fake and whose everything else is real. */
export interface TestRoom {
  store: Store;
  client: RoomClient;
  server: FakeServer;
  urls: string[];
}

export function createRoom(search = ''): TestRoom {
  const server = new FakeServer();
  const urls: string[] = [];
  const store = createRoomStore('the room', 'me', { ...DEFAULT_PREFS, displayName: 'Me' });
  const client = new RoomClient(store, parseParams(search), {
    page: { protocol: 'https:', host: 'miso.example' },
    openSignalling: (url, listener) => {
      urls.push(url);
      return new Signalling(server, listener);
    },
    createDevice: () =>
      Promise.resolve(new Device({ handlerFactory: FakeHandler.createFactory(fake) })),
    describeDevice: () => ({ flag: 'test', name: 'Test', version: '1' }),
  });
  return { store, client, server, urls };
}

/** A room that has been joined. */
export async function joinRoom(search = ''): Promise<TestRoom> {
  const room = createRoom(search);
  room.client.join();
  room.server.emit('open');
  await untilPhase(room, 'connected');
  return room;
}

export function untilPhase({ store }: TestRoom, name: PhaseName): Promise<void> {
  return vi.waitUntil(() => store.getState().phase.name === name).then(() => undefined);
}

export function fakeTrack(kind: 'audio' | 'video'): MediaStreamTrack {
  return new FakeMediaStreamTrack({ kind });
}

export function turnOn({ store }: TestRoom, source: 'mic' | 'webcam'): MediaStreamTrack {
  const track = fakeTrack(source === 'mic' ? 'audio' : 'video');
  store.setState({ [source]: { status: 'live', track, muted: false, problem: null } });
  return track;
}

export function consumerOffer(id: string, change: Partial<NewConsumer> = {}): NewConsumer {
  const { producerId, rtpParameters } = fake.generateConsumerRemoteParameters({
    id,
    codecMimeType: change.kind === 'audio' ? 'audio/opus' : 'video/VP8',
  });
  return {
    id,
    consumerId: id,
    producerId,
    rtpParameters,
    peerId: 'ada',
    transportId: 'recv',
    kind: 'video',
    type: 'simple',
    appData: {},
    producerPaused: false,
    consumerScore: { score: 10, producerScore: 10, producerScores: [10] },
    ...change,
  };
}

export function dataOffer(id: string, change: Partial<NewDataConsumer> = {}): NewDataConsumer {
  return {
    id,
    dataConsumerId: id,
    dataProducerId: `producer of ${id}`,
    peerId: 'ada',
    transportId: 'recv',
    sctpStreamParameters: { streamId: 1, ordered: true },
    label: 'chat',
    protocol: '',
    appData: {},
    ...change,
  };
}
