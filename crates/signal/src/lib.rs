//! protoo framing and every message type of the demo's protocol. No sockets.
//!
//! A text frame becomes an [`Incoming`] by [`parse_frame`]; the method and data of a request become a
//! [`ClientRequest`] by [`ClientRequest::parse`]; answers, server requests and notifications become text by the
//! `encode_…` functions.
//!
//! Two dialects are spoken, see [`Dialect`]: that of mediasoup-demo's JavaScript server, which all names here are
//! from, and that of the TypeScript server that came after. Where an object can carry the names of both, it does
//! (`id` and `transportId`), so a client of either finds what it looks for. What cannot be both, such as lists of
//! statistics, is written for the dialect of the client: the `encode_…` functions are told which that is, and
//! [`ClientRequest::shows`] what a request gives away of it.
//!
//! With the feature `ts`, `typescript()` declares all of it for the web app.

pub mod api;
mod connection;
mod dialect;
mod error;
mod ids;
mod lenient;
pub mod limits;
mod media;
mod notification;
mod peer;
mod protoo;
mod request;
mod server_request;
#[cfg(feature = "ts")]
mod typescript;

pub use connection::{ConnectionParams, Refusal, negotiate_subprotocol};
pub use dialect::Dialect;
pub use error::{Entity, RequestError};
pub use ids::{
    ConsumerId, DataConsumerId, DataProducerId, IdError, PeerId, ProducerId, RoomId, TransportId,
};
pub use media::{
    AppData, ConsumerScore, DtlsFingerprint, DtlsParameters, DtlsRole, FingerprintAlgorithm,
    IceCandidate, IceParameters, Layers, ProducerScore, TransportProtocol,
};
pub use notification::{
    ActiveSpeaker, ConsumerClosed, ConsumerLayersChanged, ConsumerPaused, ConsumerResumed,
    ConsumerScoreChanged, DataConsumerClosed, DominantSpeaker, DownlinkBwe, MediasoupVersion,
    NewPeer, PeerClosed, PeerDisplayNameChanged, PeerVolume, ProducerScoreChanged,
    ServerNotification, SpeakingPeers,
};
pub use peer::{DisplayName, PeerDevice, PeerInfo};
pub use protoo::{
    Discarded, Incoming, RemoteError, encode_error, encode_notification, encode_request,
    encode_response, parse_frame, server_request_timeout,
};
pub use request::{
    ApplyNetworkThrottle, ChangeDisplayName, ClientRequest, CloseProducer, ConnectWebRtcTransport,
    CreateWebRtcTransport, DataRoute, Empty, GetConsumerStats, GetDataConsumerStats,
    GetDataProducerStats, GetProducerStats, GetTransportStats, Join, JoinResponse, NoData,
    PauseConsumer, PauseProducer, Produce, ProduceData, ProduceDataResponse, ProduceResponse,
    RequestConsumerKeyFrame, ResetNetworkThrottle, RestartIce, RestartIceResponse, ResumeConsumer,
    ResumeProducer, RouterRtpCapabilitiesResponse, SetConsumerPreferredLayers, SetConsumerPriority,
    Stats, StopNetworkThrottle, TransportOptions,
};
pub use server_request::{NewConsumer, NewDataConsumer, ServerRequest};
#[cfg(feature = "ts")]
pub use typescript::typescript;
