import type { types as ms } from 'mediasoup-client';
import { describe, expect, it, vi } from 'vitest';
import { dataOffer, joinRoom, type TestRoom } from '../testing/room';
import { addressee, MAX_TEXT_BYTES } from './DataChannels';

/** Joins, and lets a test speak in place of each channel that is opened for receiving. */
async function joinListening() {
  const room = await joinRoom();
  const { data } = room.client.session ?? {};
  await vi.waitUntil(() => data?.producers.size === 2);
  data?.producers.forEach(openFake);
  await vi.waitUntil(() => room.store.getState().chat.botChannel === 'open');
  const speak = async (offer: ReturnType<typeof dataOffer>, data: string | ArrayBuffer) => {
    const made: ms.DataConsumer[] = [];
    const { observer } = room.client.session?.transports.get('recv') ?? {};
    observer?.once('newdataconsumer', (consumer) => made.push(consumer));
    await room.server.request('newDataConsumer', offer);
    made[0]?.emit('message', data);
  };
  return { ...room, speak };
}

/** mediasoup-client's fake channels never open by themselves. */
function openFake(producer: ms.DataProducer): void {
  const channel = Reflect.get(producer, '_dataChannel') as object;
  Reflect.set(channel, '_readyState', 'open');
  producer.emit('open');
}

const said = ({ store }: TestRoom) =>
  store.getState().chat.messages.map(({ from, name, text }) => [from.kind, name, text]);

describe('chat', () => {
  it('shows what peers and the bot say, and what one says oneself', async () => {
    const room = await joinListening();
    await room.speak(dataOffer('d1'), '<b>hi</b>');
    await room.speak(dataOffer('d2', { label: 'bot', peerId: null }), 'Me said me: "x"');
    room.client.sendChat('hello');
    room.client.sendChat('@bot what time is it?');
    expect(said(room)).toEqual([
      ['peer', 'Ada', '<b>hi</b>'],
      ['bot', 'Bot', 'Me said me: "x"'],
      ['me', 'Me', 'hello'],
      ['me', 'Me', 'what time is it?'],
    ]);
    expect(room.store.getState().chat.messages.map(({ toBot }) => toBot)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('shows no binary data, no empty text and no foreign labels', async () => {
    const room = await joinListening();
    await room.speak(dataOffer('d1'), new ArrayBuffer(4));
    await room.speak(dataOffer('d2'), '');
    await room.speak(dataOffer('d3', { label: 'files' }), 'x');
    expect(said(room)).toEqual([]);
  });

  it('refuses to send what is too long for everybody or for the bot', async () => {
    const { client } = await joinListening();
    expect(() => client.sendChat('ü'.repeat(MAX_TEXT_BYTES / 2 + 1))).toThrow('too long');
    expect(() => client.sendChat(`@bot ${'x'.repeat(500)}`)).toThrow('too long for the bot');
    expect(() => client.sendChat('x'.repeat(MAX_TEXT_BYTES))).not.toThrow();
  });

  it('is unavailable before joining', async () => {
    const { client } = await joinRoom('?datachannel=false');
    expect(() => client.sendChat('x')).toThrow('not connected');
  });

  it('refuses data from others with 403 where data channels are not wanted', async () => {
    const { server } = await joinRoom('?datachannel=false');
    await expect(server.request('newDataConsumer', dataOffer('d'))).resolves.toEqual({
      ok: false,
      code: 403,
    });
  });
});

describe('addressee', () => {
  it.each([
    ['hello', false, 'hello'],
    ['@bot hi', true, 'hi'],
    ['@BOT   two\nlines', true, 'two\nlines'],
    ['@bot', false, '@bot'],
    ['@bot ', false, '@bot '],
    ['@bottle hi', false, '@bottle hi'],
    ['ask @bot hi', false, 'ask @bot hi'],
  ])('of %j', (text, toBot, body) => {
    expect(addressee(text)).toEqual({ toBot, body });
  });
});
