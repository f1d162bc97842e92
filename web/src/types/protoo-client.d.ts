/** The part of protoo-client 4 that the app uses; the package ships no types. */
declare module 'protoo-client' {
  type Listener = (...args: never[]) => unknown;

  /** What a `Peer` drives; `WebSocketTransport` in the app, a fake one in tests. */
  export interface ProtooTransport {
    readonly closed: boolean;
    on(event: string, listener: Listener): unknown;
    close(): void;
    send(message: object): Promise<void>;
  }

  export class WebSocketTransport implements ProtooTransport {
    constructor(url: string, options?: object);
    readonly closed: boolean;
    on(event: string, listener: Listener): this;
    close(): void;
    send(message: object): Promise<void>;
  }

  export class Peer {
    constructor(transport: ProtooTransport);
    readonly closed: boolean;
    readonly connected: boolean;
    on(event: string, listener: Listener): this;
    close(): void;
    request(method: string, data?: unknown): Promise<unknown>;
    notify(method: string, data?: unknown): Promise<void>;
  }
}
