import { describe, expect, it, vi } from 'vitest';
import { changeView } from '../state/updates';
import { consumerOffer, joinRoom } from '../testing/room';

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
    const { rtpParameters } = consumerOffer('v');
    const encodings = [{ ssrc: 1, scalabilityMode: 'L3T3' }];
    const offer = { type: 'simulcast', rtpParameters: { ...rtpParameters, encodings } } as const;
    await server.request('newConsumer', consumerOffer('v', offer));
    client.want('v', { visible: true, height: 170 });
    await vi.waitUntil(() => server.asked('setConsumerPreferredLayers').length === 1);
    expect(server.asked('setConsumerPreferredLayers')).toEqual([
      { consumerId: 'v', spatialLayer: 0, temporalLayer: 2 },
    ]);
    client.want('v', { visible: false, height: 170 });
    await vi.waitUntil(() => server.asked('pauseConsumer').length === 1);
  });
});
