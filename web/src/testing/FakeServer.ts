import { testFakeParameters as fake } from 'mediasoup-client';
import type { ProtooTransport } from 'protoo-client';
import type { ClientRequests, ServerNotifications, ServerRequests } from '../generated/signal';
import type { RequestMethod } from '../signalling/messages';

type Listener = (...args: never[]) => unknown;

interface Message {
  request?: boolean;
  response?: boolean;
  ok?: boolean;
  id: number;
  method: string;
  data: never;
  errorCode?: number;
  errorReason?: string;
}

export interface Answer {
  ok: boolean;
  code: number | undefined;
}

/**
 * Stands where protoo-client's WebSocket would be and plays the server: answers requests at once,
 * remembers them, and sends what a test tells it to.
 */
export class FakeServer implements ProtooTransport {
  closed = false;
  readonly requests: { method: RequestMethod; data: unknown }[] = [];
  /** Requests that are refused, with the reason. */
  readonly refused = new Map<RequestMethod, string>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit('close');
  }

  send(message: object): Promise<void> {
    const sent = message as Message;
    if (sent.response === true) {
      this.#waiting.get(sent.id)?.({ ok: sent.ok === true, code: sent.errorCode });
    } else if (sent.request === true) {
      // What is sent over a socket is text.
      const data: unknown = JSON.parse(JSON.stringify(sent.data));
      // protoo-client listens for the answer only after `send` has resolved.
      setTimeout(() => this.#answer(sent.id, sent.method as RequestMethod, data));
    }
    return Promise.resolve();
  }

  /** `open`, `failed`, `disconnected` or `close`, as the WebSocket would say. */
  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...(args as never[]));
  }

  request<M extends keyof ServerRequests>(method: M, data: ServerRequests[M]): Promise<Answer> {
    const id = this.#nextId++;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.emit('message', { request: true, id, method, data });
    return answer;
  }

  notify<M extends keyof ServerNotifications>(method: M, data: ServerNotifications[M]): void {
    this.emit('message', { notification: true, method, data });
  }

  /** The data of all requests of a method. */
  asked<M extends RequestMethod>(method: M): ClientRequests[M]['data'][] {
    return this.requests
      .filter((request) => request.method === method)
      .map(({ data }) => data as ClientRequests[M]['data']);
  }

  #answer(id: number, method: RequestMethod, data: unknown): void {
    this.requests.push({ method, data });
    const reason = this.refused.get(method);
    const answer =
      reason === undefined
        ? { response: true, id, ok: true, data: replyTo(method, this.#nextId++) }
        : { response: true, id, errorCode: 500, errorReason: reason };
    this.emit('message', answer);
  }
}

const REPLIES: Partial<Record<RequestMethod, (serial: number) => unknown>> = {
  getRouterRtpCapabilities: () => fake.generateRouterRtpCapabilities(),
  createWebRtcTransport: (serial) => ({
    ...fake.generateTransportRemoteParameters(),
    id: `transport-${serial}`,
  }),
  join: () => ({ peers: [{ id: 'ada', peerId: 'ada', displayName: 'Ada', device: {} }] }),
  produce: (serial) => ({ id: `producer-${serial}` }),
  produceData: (serial) => ({ id: `data-producer-${serial}` }),
  restartIce: () => fake.generateTransportRemoteParameters().iceParameters,
};

function replyTo(method: RequestMethod, serial: number): unknown {
  return REPLIES[method]?.(serial) ?? {};
}
