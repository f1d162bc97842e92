import { describe, expect, it, vi } from 'vitest';
import type { NewConsumer } from '../signalling/messages';
import { changeView } from '../state/updates';
import { consumerOffer, joinRoom } from '../testing/room';

/** A video with layers inside. */
function layeredOffer(id: string, change: Partial<NewConsumer> = {}): NewConsumer {
  const offer = consumerOffer(id, { type: 'simulcast', ...change });
  const encodings = [{ ssrc: 1, scalabilityMode: 'L3T3' }];
  return { ...offer, rtpParameters: { ...offer.rtpParameters, encodings } };
}

describe('consumers', () => {
  it('are accepted once they exist, all of a peer’s, with what they carry', async () => {
    const { server, store } = await joinRoom();
    const answers = await Promise.all([
      server.request('newConsumer', consumerOffer('a', { kind: 'audio' })),
      server.request('newConsumer', consumerOffer('v')),
      server.request('newConsumer', consumerOffer('s', { appData: { share: true } })),
    ]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const media = [...store.getState().media.values()];
    expect(media.map(({ id, kind, share }) => [id, kind, share])).toEqual(
      expect.arrayContaining([
        ['a', 'audio', false],
        ['v', 'video', false],
        ['s', 'video', true],
      ]),
    );
  });

  it('leave no ghost when they are closed while being made', async () => {
    const { server, store, client } = await joinRoom();
    const answer = server.request('newConsumer', consumerOffer('c'));
    server.notify('consumerClosed', { consumerId: 'c' });
    await answer;
    await vi.waitUntil(() => client.session?.consumers.size === 0);
    expect(store.getState().media.size).toBe(0);
  });

  it('take the news that arrive while they are being made', async () => {
    const { server, store } = await joinRoom();
    const answer = server.request('newConsumer', consumerOffer('c'));
    server.notify('consumerPaused', { consumerId: 'c' });
    server.notify('consumerLayersChanged', {
      consumerId: 'c',
      spatialLayer: null,
      temporalLayer: null,
    });
    await answer;
    await vi.waitUntil(() => store.getState().media.get('c')?.layers !== undefined);
    expect(store.getState().media.get('c')).toMatchObject({
      producerPaused: true,
      layers: { spatial: null, temporal: null },
    });
    server.notify('consumerResumed', { consumerId: 'c' });
    await vi.waitUntil(() => store.getState().media.get('c')?.producerPaused === false);
  });

  it('are refused with 403 when the address says so', async () => {
    const { server } = await joinRoom('?consume=false');
    await expect(server.request('newConsumer', consumerOffer('c'))).resolves.toEqual({
      ok: false,
      code: 403,
    });
  });

  it('are refused when they cannot be made, and leave nothing behind', async () => {
    const { server, store } = await joinRoom();
    const bad = consumerOffer('c', { rtpParameters: { codecs: [], encodings: [] } });
    await expect(server.request('newConsumer', bad)).resolves.toEqual({ ok: false, code: 500 });
    expect(store.getState().media.size).toBe(0);
  });
});

describe('demand', () => {
  it('pauses pictures, and no sound, in audio-only mode', async () => {
    const { server, store } = await joinRoom();
    await server.request('newConsumer', consumerOffer('a', { kind: 'audio' }));
    await server.request('newConsumer', consumerOffer('v'));
    const audioOnly = (on: boolean) =>
      store.setState((state) => changeView(state, { audioOnly: on }));
    audioOnly(true);
    await vi.waitUntil(() => server.asked('pauseConsumer').length === 1);
    expect(server.asked('pauseConsumer')).toEqual([{ consumerId: 'v' }]);
    expect(store.getState().media.get('v')?.localPaused).toBe(true);
    await server.request('newConsumer', consumerOffer('w'));
    await vi.waitUntil(() => server.asked('pauseConsumer').length === 2);
    audioOnly(false);
    await vi.waitUntil(() => server.asked('resumeConsumer').length === 2);
    expect(store.getState().media.get('v')?.localPaused).toBe(false);
  });

  it('pauses what is out of sight and asks for small layers for small tiles', async () => {
    const { server, client } = await joinRoom();
    await server.request('newConsumer', layeredOffer('v'));
    client.want('v', { visible: true, height: 170 });
    await vi.waitUntil(() => server.asked('setConsumerPreferredLayers').length === 1);
    expect(server.asked('setConsumerPreferredLayers')).toEqual([
      { consumerId: 'v', spatialLayer: 0, temporalLayer: 2 },
    ]);
    client.want('v', { visible: false, height: 170 });
    await vi.waitUntil(() => server.asked('pauseConsumer').length === 1);
  });

  it('never asks for less of a shared screen, nor of what has no layers', async () => {
    const { server, client } = await joinRoom();
    await server.request('newConsumer', layeredOffer('s', { appData: { share: true } }));
    await server.request('newConsumer', layeredOffer('p', { type: 'simple' }));
    await server.request('newConsumer', layeredOffer('v'));
    for (const id of ['s', 'p', 'v']) client.want(id, { visible: true, height: 170 });
    await vi.waitUntil(() => server.asked('setConsumerPreferredLayers').length > 0);
    expect(server.asked('setConsumerPreferredLayers')).toMatchObject([{ consumerId: 'v' }]);
  });
});

describe('a person’s choice', () => {
  it('goes before the size of the tile until it is taken back', async () => {
    const { server, client, store } = await joinRoom();
    await server.request('newConsumer', layeredOffer('v'));
    const wanted = () => store.getState().media.get('v')?.wanted;
    expect(wanted()).toEqual({ spatial: 2, temporal: 2, by: 'everything' });
    await client.chooseLayers('v', { spatial: 1, temporal: 0 });
    expect(wanted()).toEqual({ spatial: 1, temporal: 0, by: 'person' });
    client.want('v', { visible: true, height: 100 });
    await client.chooseLayers('v', { spatial: 2, temporal: null });
    await client.chooseLayers('v', { spatial: null, temporal: null });
    expect(wanted()).toEqual({ spatial: 0, temporal: 2, by: 'tile' });
    const asked = server.asked('setConsumerPreferredLayers');
    expect(asked.map(({ spatialLayer, temporalLayer }) => [spatialLayer, temporalLayer])).toEqual([
      [1, 0],
      [2, 2],
      [0, 2],
    ]);
  });

  it('is said to have failed when the server refuses, and can be made again', async () => {
    const { server, client, store } = await joinRoom();
    await server.request('newConsumer', layeredOffer('v'));
    server.refused.set('setConsumerPreferredLayers', 'no');
    await client.chooseLayers('v', { spatial: 0, temporal: null });
    expect(store.getState().toasts.at(-1)?.text).toBe('The layers could not be chosen: no');
    expect(store.getState().media.get('v')).toMatchObject({
      chosen: { spatial: null, temporal: null },
      wanted: { by: 'everything' },
    });
    server.refused.clear();
    await client.chooseLayers('v', { spatial: 0, temporal: null });
    expect(server.asked('setConsumerPreferredLayers')).toHaveLength(2);
    expect(store.getState().media.get('v')?.wanted).toMatchObject({ spatial: 0, by: 'person' });
  });

  it('may be of priority and of a key frame', async () => {
    const { server, client, store } = await joinRoom();
    await server.request('newConsumer', layeredOffer('v'));
    await client.setPriority('v', 200);
    expect(server.asked('setConsumerPriority')).toEqual([{ consumerId: 'v', priority: 200 }]);
    await vi.waitUntil(() => store.getState().media.get('v')?.priority === 200);
    await client.requestKeyFrame('v');
    expect(server.asked('requestConsumerKeyFrame')).toEqual([{ consumerId: 'v' }]);
    server.refused.set('setConsumerPriority', 'no');
    await client.setPriority('v', 3);
    expect(store.getState().media.get('v')?.priority).toBe(200);
    expect(store.getState().toasts.at(-1)?.text).toBe('The priority could not be set: no');
  });
});
