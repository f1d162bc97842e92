import { Peer, WebSocketTransport, type ProtooTransport } from 'protoo-client';
import type {
  RequestData,
  RequestMethod,
  RequestReply,
  ServerNotification,
  ServerRequest,
} from './messages';

/** A refusal that the server can read. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

export interface SignallingListener {
  /** The socket is open, for the first time or again; nothing of an earlier session holds. */
  open(): void;
  /** An attempt to connect has failed; another one follows. */
  failed(attempt: number): void;
  /** The socket was open and is lost; attempts to reconnect follow. */
  disconnected(): void;
  /** Nothing follows: the server ended the session, or all attempts have failed. */
  closed(): void;
  /** Resolves to accept; rejects with a `Refusal` (or any error) to refuse. */
  request(request: ServerRequest): Promise<void>;
  notification(notification: ServerNotification): void;
}

/** protoo with types: requests that know their replies, and one listener. */
export class Signalling {
  readonly #peer: Peer;

  constructor(transport: ProtooTransport, listener: SignallingListener) {
    const peer = new Peer(transport);
    this.#peer = peer;
    peer.on('open', () => listener.open());
    peer.on('failed', (attempt: number) => listener.failed(attempt));
    peer.on('disconnected', () => listener.disconnected());
    peer.on('close', () => listener.closed());
    peer.on('request', (request: ServerRequest, accept: Accept, reject: Reject) => {
      listener.request(request).then(
        () => accept({}),
        (error: unknown) => refuse(reject, error),
      );
    });
    peer.on('notification', (notification: ServerNotification) =>
      listener.notification(notification),
    );
  }

  /** Rejects with the server's reason, on time-out, or when the socket is not open. */
  async request<M extends RequestMethod>(
    method: M,
    ...[data]: RequestData<M> extends undefined ? [] : [RequestData<M>]
  ): Promise<RequestReply<M>> {
    return (await this.#peer.request(method, data)) as RequestReply<M>;
  }

  close(): void {
    this.#peer.close();
  }
}

type Accept = (data: object) => void;
type Reject = (code: number, reason: string) => void;

function refuse(reject: Reject, error: unknown): void {
  if (error instanceof Refusal) reject(error.code, error.message);
  else reject(500, error instanceof Error ? error.message : 'internal error');
}

export type OpenSignalling = (url: string, listener: SignallingListener) => Signalling;

export const openSignalling: OpenSignalling = (url, listener) =>
  new Signalling(new WebSocketTransport(url), listener);
