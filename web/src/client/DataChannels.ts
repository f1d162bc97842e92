import type { types as ms } from 'mediasoup-client';
import type { NewDataConsumer } from '../signalling/messages';
import type { Store } from '../state/store';
import type { ChatMessage, ChannelState } from '../state/types';
import { addMessage, changeChat } from '../state/updates';
import { KeyedQueue } from './queue';

type Label = 'chat' | 'bot';

const STATE_OF = { chat: 'channel', bot: 'botChannel' } as const;

/** Bytes of UTF-8 that one message may have; a screenful, and far below what SCTP carries. */
export const MAX_TEXT_BYTES = 8000;

/** The bot hears and says at most this many bytes at once, and tells nobody when it drops one. */
const MAX_BOT_BYTES = 512;

/** Chat and bot: two channels to send on, and one to receive on from each peer and from the bot. */
export class DataChannels {
  readonly #store: Store;
  readonly #producers = new Map<Label, ms.DataProducer>();
  readonly #consumers = new Map<string, ms.DataConsumer>();
  readonly #queue = new KeyedQueue();
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The channels to send on that exist. */
  get producers(): ReadonlyMap<Label, ms.DataProducer> {
    return this.#producers;
  }

  /** Opens both channels for sending; needs no media to be sent. */
  async open(transport: ms.Transport): Promise<void> {
    await Promise.all([this.#produce(transport, 'chat'), this.#produce(transport, 'bot')]);
  }

  /** Resolves when messages of this sender can arrive. */
  add(transport: ms.Transport, offer: NewDataConsumer): Promise<void> {
    return this.#queue.run(offer.id, async () => {
      const { id, dataProducerId, sctpStreamParameters, label, protocol } = offer;
      const options = { id, dataProducerId, sctpStreamParameters, label, protocol };
      const consumer = await transport.consumeData(options);
      this.#consumers.set(id, consumer);
      consumer.on('message', (data: unknown) => this.#receive(offer, data));
      consumer.on('transportclose', () => this.#consumers.delete(id));
    });
  }

  remove(id: string): void {
    const task = this.#queue.run(id, () => {
      this.#consumers.get(id)?.close();
      this.#consumers.delete(id);
    });
    // Rejects only once the session is closed, when nothing is left to do.
    task.catch(() => undefined);
  }

  /** Throws when the channel is not open or the text is too long. */
  send(text: string): void {
    const { name } = this.#store.getState().me;
    const { toBot, body } = addressee(text);
    const producer = this.#producers.get(toBot ? 'bot' : 'chat');
    if (producer?.readyState !== 'open') throw new Error('Chat is not connected.');
    const problem = toBot ? botProblem(name, body) : chatProblem(body);
    if (problem !== null) throw new Error(problem);
    producer.send(body);
    this.#append({ from: { kind: 'me' }, name, text: body, toBot });
  }

  close(): void {
    this.#closed = true;
    this.#queue.close();
  }

  async #produce(transport: ms.Transport, label: Label): Promise<void> {
    this.#mark(label, 'opening');
    try {
      const producer = await transport.produceData({ ordered: true, label, appData: {} });
      if (this.#closed) return;
      this.#producers.set(label, producer);
      if (producer.readyState === 'open') this.#mark(label, 'open');
      producer.on('open', () => this.#mark(label, 'open'));
      producer.on('close', () => this.#mark(label, 'off'));
      producer.on('transportclose', () => this.#mark(label, 'off'));
    } catch (error) {
      this.#mark(label, 'off');
      throw error;
    }
  }

  #mark(label: Label, state: ChannelState): void {
    if (this.#closed) return;
    this.#store.setState((before) => changeChat(before, { [STATE_OF[label]]: state }));
  }

  /** Only text of the two known labels is shown; other data is not for people. */
  #receive(offer: NewDataConsumer, data: unknown): void {
    if (typeof data !== 'string' || data === '' || this.#closed) return;
    if (offer.label === 'bot') {
      this.#append({ from: { kind: 'bot' }, name: 'Bot', text: data, toBot: false });
    } else if (offer.label === 'chat' && typeof offer.peerId === 'string') {
      const name = this.#store.getState().peers.get(offer.peerId)?.name ?? offer.peerId;
      this.#append({ from: { kind: 'peer', id: offer.peerId }, name, text: data, toBot: false });
    }
  }

  #append(message: Omit<ChatMessage, 'key' | 'at'>): void {
    this.#store.setState((state) => addMessage(state, { ...message, at: Date.now() }));
  }
}

/** `@bot …` goes to the bot, without the address; everything else to everybody. */
export function addressee(text: string): { toBot: boolean; body: string } {
  const match = /^@bot\s+(\S[^]*)$/i.exec(text);
  return match?.[1] === undefined ? { toBot: false, body: text } : { toBot: true, body: match[1] };
}

function chatProblem(text: string): string | null {
  return byteLength(text) > MAX_TEXT_BYTES ? 'This message is too long.' : null;
}

/** The bot repeats name and text in its answer, which has to fit as well. */
function botProblem(name: string, text: string): string | null {
  const answer = byteLength(`${name} said me: "${text}"`);
  return answer > MAX_BOT_BYTES ? 'This message is too long for the bot.' : null;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
