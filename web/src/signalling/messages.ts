/**
 * Everything that crosses the WebSocket, in the dialect the server speaks to this app. The one
 * place that knows the wire; the rest of the app imports from here.
 */
import type { types as ms } from 'mediasoup-client';

export interface PeerDevice {
  flag?: string;
  name?: string;
  version?: string;
}

export interface PeerInfo {
  id: string;
  displayName?: string;
  device?: PeerDevice;
}

export interface SctpCapabilities {
  numStreams: { OS: number; MIS: number };
}

export interface TransportOptions {
  id: string;
  iceParameters: ms.IceParameters;
  iceCandidates: ms.IceCandidate[];
  dtlsParameters: ms.DtlsParameters;
  sctpParameters?: ms.SctpParameters;
}

export type ConsumerType = 'simple' | 'simulcast' | 'svc' | 'pipe';

export interface ConsumerScore {
  score: number;
  producerScore: number;
  producerScores: number[];
}

export interface NewConsumer {
  peerId: string;
  producerId: string;
  id: string;
  kind: ms.MediaKind;
  rtpParameters: ms.RtpParameters;
  type: ConsumerType;
  appData?: ms.AppData;
  producerPaused: boolean;
}

export interface NewDataConsumer {
  /** Null for the bot. */
  peerId?: string | null;
  dataProducerId: string;
  id: string;
  sctpStreamParameters: ms.SctpStreamParameters;
  label: string;
  protocol: string;
  appData?: ms.AppData;
}

type Empty = Record<string, never>;

/** Client → server requests: what goes out (`data`) and what comes back (`reply`). */
export interface ClientRequests {
  getRouterRtpCapabilities: { data: undefined; reply: ms.RtpCapabilities };
  join: {
    data: {
      displayName: string;
      device: PeerDevice;
      rtpCapabilities?: ms.RtpCapabilities;
      sctpCapabilities?: SctpCapabilities;
    };
    reply: { peers: PeerInfo[] };
  };
  createWebRtcTransport: {
    data: {
      forceTcp: boolean;
      producing: boolean;
      consuming: boolean;
      sctpCapabilities?: SctpCapabilities;
    };
    reply: TransportOptions;
  };
  connectWebRtcTransport: {
    data: { transportId: string; dtlsParameters: ms.DtlsParameters };
    reply: Empty;
  };
  restartIce: { data: { transportId: string }; reply: ms.IceParameters };
  produce: {
    data: {
      transportId: string;
      kind: ms.MediaKind;
      rtpParameters: ms.RtpParameters;
      appData: ms.AppData;
    };
    reply: { id: string };
  };
  produceData: {
    data: {
      transportId: string;
      sctpStreamParameters: ms.SctpStreamParameters;
      label: string;
      protocol: string;
      appData: ms.AppData;
    };
    reply: { id: string };
  };
  closeProducer: { data: { producerId: string }; reply: Empty };
  pauseProducer: { data: { producerId: string }; reply: Empty };
  resumeProducer: { data: { producerId: string }; reply: Empty };
  pauseConsumer: { data: { consumerId: string }; reply: Empty };
  resumeConsumer: { data: { consumerId: string }; reply: Empty };
  setConsumerPreferredLayers: {
    data: { consumerId: string; spatialLayer: number; temporalLayer?: number };
    reply: Empty;
  };
  requestConsumerKeyFrame: { data: { consumerId: string }; reply: Empty };
  changeDisplayName: { data: { displayName: string }; reply: Empty };
}

/** Server → client requests; all are answered with an empty object or refused. */
export interface ServerRequests {
  newConsumer: NewConsumer;
  newDataConsumer: NewDataConsumer;
}

/** Server → client notifications. */
export interface ServerNotifications {
  'mediasoup-version': { version: string };
  newPeer: PeerInfo;
  peerClosed: { peerId: string };
  peerDisplayNameChanged: { peerId: string; displayName: string; oldDisplayName?: string };
  producerScore: { producerId: string; score: { encodingIdx: number; score: number }[] };
  consumerScore: { consumerId: string; score: ConsumerScore };
  consumerLayersChanged: {
    consumerId: string;
    spatialLayer: number | null;
    temporalLayer: number | null;
  };
  consumerPaused: { consumerId: string };
  consumerResumed: { consumerId: string };
  consumerClosed: { consumerId: string };
  dataConsumerClosed: { dataConsumerId: string };
  activeSpeaker: { peerId?: string | null; volume?: number };
  downlinkBwe: {
    desiredBitrate: number;
    effectiveDesiredBitrate: number;
    availableBitrate: number;
  };
}

export type RequestMethod = keyof ClientRequests;
export type RequestData<M extends RequestMethod> = ClientRequests[M]['data'];
export type RequestReply<M extends RequestMethod> = ClientRequests[M]['reply'];

/** A union of `{ method, data }`, so that a `switch` on `method` narrows `data`. */
type Tagged<T> = { [M in keyof T]: { readonly method: M; readonly data: T[M] } }[keyof T];
export type ServerRequest = Tagged<ServerRequests>;
export type ServerNotification = Tagged<ServerNotifications>;
