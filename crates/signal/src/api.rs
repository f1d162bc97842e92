//! What is said over HTTP: bodies of requests and answers of the broadcasters' API.
//!
//! Two dialects share the paths. The older one is that of mediasoup-demo's JavaScript server and of the seed, the
//! newer one that of its TypeScript server; what a body is called tells them apart. Answers carry the names of both.
//!
//! Unlike messages over WebSocket, bodies are taken at their word: a number is no text, and `null` is absence only
//! where a member may be absent. So the JSON schemas beside the types say exactly what is understood.

mod broadcaster;
mod consumer;
mod data;
mod error;
mod number;
mod producer;
mod schema;
mod text;
mod transport;

pub use broadcaster::{
    BroadcasterCreated, BroadcasterDescription, BroadcasterDevice, ConsumableCodec,
    CreateBroadcaster, Dialect, Done, ListedPeer, ListedProducer, PeerProducersInfo,
    PeerProducersInfos, ProducerInfo, RoomCapabilities, TransportDescription,
};
pub use consumer::{
    ConsumerCreated, ConsumerReport, ConsumerReports, CreateConsumer, PreferredLayers, Priority,
};
pub use data::{
    ConsumeData, CreateDataProducer, DataConsumerCreated, DataProducersListing, ListedDataConsumer,
    ListedDataPeer, ListedDataProducer, ListedTransport,
};
pub use error::{ApiError, ErrorBody};
pub use producer::{CreateProducer, PlacedProducer, ProducerCreated, StatsReport};
pub use text::{BroadcasterId, Text};
pub use transport::{
    ConnectTransport, CreateTransport, Direction, PlainTransportCreated, SrtpParameters, SrtpSuite,
    TransportCreated, TransportKind, WebRtcTransportCreated,
};
