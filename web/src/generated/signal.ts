// Generated from crates/signal by `cargo run -p miso-signal --features ts --example typescript`. Do not edit.

import type { types as ms } from 'mediasoup-client';

/** How a consumer chooses among the versions that a producer sends. */
export type ConsumerType = 'simple' | 'simulcast' | 'svc' | 'pipe';

/** What a client says of its SCTP. */
export type SctpCapabilities = { numStreams: { OS: number; MIS: number } };

/** A room, chosen by its users. */
export type RoomId = string;

/** A peer inside its room, chosen by itself. */
export type PeerId = string;

/** A transport. */
export type TransportId = string;

/** A producer. */
export type ProducerId = string;

/** A consumer. */
export type ConsumerId = string;

/** A data producer. */
export type DataProducerId = string;

/** A data consumer. */
export type DataConsumerId = string;

/** What a peer is called by others; may be empty. */
export type DisplayName = string;

/** What a peer runs on, in its own words. */
export type PeerDevice = {
  /** A short name for programs: `chrome`, `firefox`, `broadcaster`. */
  flag?: string;
  /** A name for people. */
  name?: string;
  /** Its version. */
  version?: string;
};

/** A peer as others see it. */
export type PeerInfo = {
  /** Its id. */
  id: PeerId;
  /** The same, as newer clients call it. */
  peerId: PeerId;
  /** What it is called. */
  displayName: DisplayName;
  /** What it runs on. */
  device: PeerDevice;
};

/** What an application attaches to its producers, for whoever consumes them: any JSON object up to 4 KiB. */
export type AppData = Record<string, unknown>;

/** How well a consumer is served, each from 0 to 10. */
export type ConsumerScore = {
  /** Its own stream. */
  score: number;
  /** The stream of the producer that it gets at present; 0 when there is none. */
  producerScore: number;
  /** All streams of the producer. */
  producerScores: Array<number>;
};

/** How well one stream of a producer arrives. */
export type ProducerScore = {
  /** Which of its encodings. */
  encodingIdx: number;
  /** The SSRC. */
  ssrc: number;
  /** The RID, where there is one. */
  rid?: string;
  /** From 0 to 10. */
  score: number;
};

/** Layers of a stream, counted from 0. */
export type Layers = {
  /** The spatial one. */
  spatialLayer: number;
  /** The temporal one. */
  temporalLayer: number;
};

/** What carries the packets. */
export type TransportProtocol = "udp" | "tcp";

/** Credentials of a transport (RFC 8445, section 5.3). */
export type IceParameters = {
  /** The user name fragment. */
  usernameFragment: string;
  /** The password. */
  password: string;
  /** Whether it is an ICE-lite implementation, as this one always is. */
  iceLite: boolean;
};

/** An address at which a transport is reached. All are host candidates, and passive where they are TCP. */
export type IceCandidate = {
  /** Candidates of the same kind share one. */
  foundation: string;
  /** The higher, the better. */
  priority: number;
  /** The address, as older clients call it. */
  ip: string;
  /** The address: an IP address or a host name. */
  address: string;
  /** UDP or TCP. */
  protocol: TransportProtocol;
  /** The port. */
  port: number;
  /** Always `host`. */
  type: 'host';
  /** `passive` where it is TCP. */
  tcpType?: 'passive';
};

/** Data of a request that has none; whatever is there is not looked at. */
export type NoData = undefined;

/** A response that says no more than that it is done: an empty object. */
export type Empty = Record<string, never>;

/** What the room's router can forward. Written bare and wrapped, for older and newer clients. */
export type RouterRtpCapabilitiesResponse = ms.RtpCapabilities & { routerRtpCapabilities: ms.RtpCapabilities };

/** Enter the room. */
export type Join = {
  /** What others call this peer; empty when it does not say. */
  displayName: DisplayName;
  /** What it runs on. */
  device: PeerDevice;
  /** What media it can receive; without them it gets none. */
  rtpCapabilities?: ms.RtpCapabilities;
  /** What its SCTP can do. Newer clients do not say, so their absence tells nothing. */
  sctpCapabilities?: SctpCapabilities;
};

/** Who else is in the room: peers that have joined, broadcasters. */
export type JoinResponse = {
  /** All but the one who asks. */
  peers: Array<PeerInfo>;
};

/** Be called something else. */
export type ChangeDisplayName = {
  /** The new name. */
  displayName: DisplayName;
};

/** Make a transport. */
export type CreateWebRtcTransport = {
  /** Whether UDP is not to be offered. */
  forceTcp: boolean;
  /** Whether the client will send on it. */
  producing: boolean;
  /** Whether the client will receive on it. */
  consuming: boolean;
  /** What the client's SCTP can do; asks for SCTP. */
  sctpCapabilities?: SctpCapabilities;
};

/** How the new transport is reached: what mediasoup-client makes its end from. */
export type TransportOptions = {
  /** The transport. */
  id: TransportId;
  /** The same, as newer clients call it. */
  transportId: TransportId;
  /** Its ICE credentials. */
  iceParameters: IceParameters;
  /** Its addresses, best first. */
  iceCandidates: Array<IceCandidate>;
  /** Its certificate. */
  dtlsParameters: ms.DtlsParameters;
  /** Its SCTP, where it was asked for. */
  sctpParameters?: ms.SctpParameters;
};

/** Say by which certificate one is known. */
export type ConnectWebRtcTransport = {
  /** The transport. */
  transportId: TransportId;
  /** The client's certificate and part in the handshake. */
  dtlsParameters: ms.DtlsParameters;
};

/** Get new ICE credentials. */
export type RestartIce = {
  /** The transport. */
  transportId: TransportId;
};

/** The new ICE credentials. Written bare and wrapped, for older and newer clients. */
export type RestartIceResponse = IceParameters & { iceParameters: IceParameters };

/** Send media. */
export type Produce = {
  /** The transport to send on. */
  transportId: TransportId;
  /** Audio or video. */
  kind: ms.MediaKind;
  /** What is sent. */
  rtpParameters: ms.RtpParameters;
  /** What the application attaches. */
  appData: AppData;
};

/** The new producer. */
export type ProduceResponse = {
  /** Its id. */
  id: ProducerId;
  /** The same, as newer clients call it. */
  producerId: ProducerId;
};

/** Stop sending. */
export type CloseProducer = {
  /** The producer. */
  producerId: ProducerId;
};

/** Let nobody have what one sends. */
export type PauseProducer = {
  /** The producer. */
  producerId: ProducerId;
};

/** Let others have it again. */
export type ResumeProducer = {
  /** The producer. */
  producerId: ProducerId;
};

/** Get nothing for now. */
export type PauseConsumer = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** Get it again. */
export type ResumeConsumer = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** Get no more than these layers, of simulcast or SVC. */
export type SetConsumerPreferredLayers = {
  /** The consumer. */
  consumerId: ConsumerId;
  /** The highest spatial layer, counted from 0. */
  spatialLayer: number;
  /** The highest temporal layer, counted from 0; the highest there is when absent. */
  temporalLayer?: number;
};

/** Get this rather than others where the link does not carry all. */
export type SetConsumerPriority = {
  /** The consumer. */
  consumerId: ConsumerId;
  /** From 1, which all have at first, to 255, which comes before all others. */
  priority: number;
};

/** Get a picture that needs no other. */
export type RequestConsumerKeyFrame = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** Send messages. */
export type ProduceData = {
  /** The transport to send on. */
  transportId: TransportId;
  /** How messages are sent. */
  sctpStreamParameters: ms.SctpStreamParameters;
  /** The DataChannel's label; says who gets the messages. */
  label: string;
  /** The DataChannel's protocol. */
  protocol: string;
  /** What the application attaches. */
  appData: AppData;
};

/** The new data producer. */
export type ProduceDataResponse = {
  /** Its id. */
  id: DataProducerId;
  /** The same, as newer clients call it. */
  dataProducerId: DataProducerId;
};

/** How is a transport doing? */
export type GetTransportStats = {
  /** The transport. */
  transportId: TransportId;
};

/** How is a producer doing? */
export type GetProducerStats = {
  /** The producer. */
  producerId: ProducerId;
};

/** How is a consumer doing? */
export type GetConsumerStats = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** How is a data producer doing? */
export type GetDataProducerStats = {
  /** The data producer. */
  dataProducerId: DataProducerId;
};

/** How is a data consumer doing? */
export type GetDataConsumerStats = {
  /** The data consumer. */
  dataConsumerId: DataConsumerId;
};

/** Statistics: mediasoup's objects, always in a list, which newer clients get wrapped in an object. */
export type Stats = Record<string, unknown>[];

/** Make the server's network worse. */
export type ApplyNetworkThrottle = {
  /** Proves that one may. */
  secret: string;
  /** What goes out, in kbit/s; 1,000,000 when absent or 0. */
  uplink: number;
  /** What comes in, in kbit/s; 1,000,000 when absent or 0. */
  downlink: number;
  /** Delay there and back, in milliseconds. */
  rtt: number;
  /** Lost packets, in percent. */
  packetLoss: number;
};

/** Make it as good as it was. */
export type ResetNetworkThrottle = {
  /** Proves that one may. */
  secret: string;
};

/** The same, as newer clients call it. */
export type StopNetworkThrottle = {
  /** Proves that one may. */
  secret: string;
};

/** A consumer was made, paused; it is resumed when the client accepts. */
export type NewConsumer = {
  /** Whose media it is. */
  peerId: PeerId;
  /** The transport it arrives on. */
  transportId: TransportId;
  /** The producer. */
  producerId: ProducerId;
  /** The consumer. */
  id: ConsumerId;
  /** The same, as newer clients call it. */
  consumerId: ConsumerId;
  /** Audio or video. */
  kind: ms.MediaKind;
  /** How it arrives. */
  rtpParameters: ms.RtpParameters;
  /** How it chooses among the versions of the producer. */
  type: ConsumerType;
  /** What the producer's application attached, with the peer's id. */
  appData: AppData;
  /** Whether the producer is paused. */
  producerPaused: boolean;
  /** How well it is served. */
  consumerScore: ConsumerScore;
};

/** A data consumer was made; messages may arrive before the client accepts. */
export type NewDataConsumer = {
  /** Whose messages they are; null for the bot's, which newer clients find absent. */
  peerId: PeerId | null;
  /** The transport they arrive on. */
  transportId: TransportId;
  /** The data producer. */
  dataProducerId: DataProducerId;
  /** The data consumer. */
  id: DataConsumerId;
  /** The same, as newer clients call it. */
  dataConsumerId: DataConsumerId;
  /** How they arrive. */
  sctpStreamParameters: ms.SctpStreamParameters;
  /** The DataChannel's label. */
  label: string;
  /** The DataChannel's protocol. */
  protocol: string;
  /** What the data producer's application attached. */
  appData: AppData;
};

/** The first message of a session: with which version of mediasoup's rules the server speaks. */
export type MediasoupVersion = {
  /** The version. */
  version: string;
};

/** Somebody joined, or a broadcaster was made. Written bare and wrapped, for older and newer clients. */
export type NewPeer = PeerInfo & { peer: PeerInfo };

/** Somebody left, or a broadcaster was deleted. */
export type PeerClosed = {
  /** Who. */
  peerId: PeerId;
};

/** Somebody changed the name. */
export type PeerDisplayNameChanged = {
  /** Who. */
  peerId: PeerId;
  /** The new name. */
  displayName: DisplayName;
  /** The old name. */
  oldDisplayName: DisplayName;
};

/** Own media arrives better or worse. */
export type ProducerScoreChanged = {
  /** The producer. */
  producerId: ProducerId;
  /** Its streams. */
  score: Array<ProducerScore>;
};

/** Others' media gets through better or worse. */
export type ConsumerScoreChanged = {
  /** The consumer. */
  consumerId: ConsumerId;
  /** How well. */
  score: ConsumerScore;
};

/** A consumer switched to other layers, or has none. */
export type ConsumerLayersChanged = {
  /** The consumer. */
  consumerId: ConsumerId;
  /** The spatial layer; null when none can be sent. */
  spatialLayer: number | null;
  /** The temporal layer; null when none can be sent. */
  temporalLayer: number | null;
  /** Both, as newer clients read them. */
  layers?: Layers;
};

/** The producer was paused. Nothing is said when the consumer itself is. */
export type ConsumerPaused = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** The producer was resumed. Nothing is said when the consumer itself is. */
export type ConsumerResumed = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** The producer was closed, and the consumer with it. */
export type ConsumerClosed = {
  /** The consumer. */
  consumerId: ConsumerId;
};

/** The data producer was closed, and the data consumer with it. */
export type DataConsumerClosed = {
  /** The data consumer. */
  dataConsumerId: DataConsumerId;
};

/** Who speaks loudest; nobody when it is silent. */
export type ActiveSpeaker = {
  /** Who; null when nobody does. */
  peerId: PeerId | null;
  /** How loud, in dBov: -127 to 0. Absent when nobody speaks. */
  volume?: number;
};

/** What the link to the client gives and what is wanted of it, in bits per second. */
export type DownlinkBwe = {
  /** What all consumers want. */
  desiredBitrate: number;
  /** The same, within the configured limits. */
  effectiveDesiredBitrate: number;
  /** What the link gives. */
  availableBitrate: number;
};

/** Requests of a client: what goes out and what comes back. */
export interface ClientRequests {
  getRouterRtpCapabilities: { data: NoData; reply: RouterRtpCapabilitiesResponse };
  join: { data: Join; reply: JoinResponse };
  changeDisplayName: { data: ChangeDisplayName; reply: Empty };
  createWebRtcTransport: { data: CreateWebRtcTransport; reply: TransportOptions };
  connectWebRtcTransport: { data: ConnectWebRtcTransport; reply: Empty };
  restartIce: { data: RestartIce; reply: RestartIceResponse };
  produce: { data: Produce; reply: ProduceResponse };
  closeProducer: { data: CloseProducer; reply: Empty };
  pauseProducer: { data: PauseProducer; reply: Empty };
  resumeProducer: { data: ResumeProducer; reply: Empty };
  pauseConsumer: { data: PauseConsumer; reply: Empty };
  resumeConsumer: { data: ResumeConsumer; reply: Empty };
  setConsumerPreferredLayers: { data: SetConsumerPreferredLayers; reply: Empty };
  setConsumerPriority: { data: SetConsumerPriority; reply: Empty };
  requestConsumerKeyFrame: { data: RequestConsumerKeyFrame; reply: Empty };
  produceData: { data: ProduceData; reply: ProduceDataResponse };
  getTransportStats: { data: GetTransportStats; reply: Stats };
  getProducerStats: { data: GetProducerStats; reply: Stats };
  getConsumerStats: { data: GetConsumerStats; reply: Stats };
  getDataProducerStats: { data: GetDataProducerStats; reply: Stats };
  getDataConsumerStats: { data: GetDataConsumerStats; reply: Stats };
  applyNetworkThrottle: { data: ApplyNetworkThrottle; reply: Empty };
  resetNetworkThrottle: { data: ResetNetworkThrottle; reply: Empty };
  stopNetworkThrottle: { data: StopNetworkThrottle; reply: Empty };
  getRtcStatsUrl: { data: NoData; reply: Empty };
}

/** Requests of the server. */
export interface ServerRequests {
  newConsumer: NewConsumer;
  newDataConsumer: NewDataConsumer;
}

/** Notifications of the server. */
export interface ServerNotifications {
  'mediasoup-version': MediasoupVersion;
  newPeer: NewPeer;
  peerClosed: PeerClosed;
  peerDisplayNameChanged: PeerDisplayNameChanged;
  producerScore: ProducerScoreChanged;
  consumerScore: ConsumerScoreChanged;
  consumerLayersChanged: ConsumerLayersChanged;
  consumerPaused: ConsumerPaused;
  consumerResumed: ConsumerResumed;
  consumerClosed: ConsumerClosed;
  dataConsumerClosed: DataConsumerClosed;
  activeSpeaker: ActiveSpeaker;
  downlinkBwe: DownlinkBwe;
}
