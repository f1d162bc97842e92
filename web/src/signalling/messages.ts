/**
 * Everything that crosses the WebSocket: the types that the server's own are turned into, and what
 * the app makes of them. The rest of the app imports from here.
 */
import type { ClientRequests, ServerNotifications, ServerRequests } from '../generated/signal';

export type {
  ConsumerScore,
  ConsumerType,
  NewConsumer,
  NewDataConsumer,
  PeerDevice,
  PeerInfo,
  SctpCapabilities,
} from '../generated/signal';

export type RequestMethod = keyof ClientRequests;
export type RequestData<M extends RequestMethod> = ClientRequests[M]['data'];
export type RequestReply<M extends RequestMethod> = ClientRequests[M]['reply'];

/** A union of `{ method, data }`, so that a `switch` on `method` narrows `data`. */
type Tagged<T> = { [M in keyof T]: { readonly method: M; readonly data: T[M] } }[keyof T];
export type ServerRequest = Tagged<ServerRequests>;
export type ServerNotification = Tagged<ServerNotifications>;
