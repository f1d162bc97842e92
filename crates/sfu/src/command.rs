//! What the owner asks of the core, one file per entity, and what it answers.
//!
//! The owner has done the negotiation (crate `miso-ortc`): parameters arrive here as the worker of mediasoup gets
//! them. Rules of section 2.11 of the fact sheet are checked once more, since a command may come from another process.

mod consumer;
mod data;
mod observer;
mod producer;
mod router;
mod transport;

pub use consumer::{Consume, ConsumerCommand, PreferredLayers};
pub use data::{
    ConsumeData, DataConsumerCommand, DataProducerCommand, DataType, MessagePayload, ProduceData,
    Subchannels,
};
pub use observer::{ActiveSpeakerOptions, AudioLevelOptions, ObserverCommand};
pub use producer::{ContentHint, Produce, ProducerCommand};
pub use router::RouterCommand;
pub use transport::{
    DirectTransportOptions, PipeConnect, PipeTransportOptions, PlainConnect, PlainTransportOptions,
    SctpTransportOptions, Sockets, SrtpKey, TransportCommand, WebRtcTransportOptions,
};

use crate::dump::{
    ConsumerDump, DataConsumerDump, DataProducerDump, PipeTransportDump, PlainTransportDump,
    ProducerDump, RouterDump, TransportDump, WebRtcTransportDump, WorkerDump,
};
use crate::event::ConsumerScore;
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use crate::stats::{
    DataConsumerStats, DataProducerStats, LayerReport, StreamStats, TransportStats,
};
use miso_ice::Credentials;
use miso_ortc::ProducerType;

/// A request to the core. Each is answered by exactly one [`Response`] or error, at once.
#[derive(Debug)]
pub enum Command {
    /// Makes an empty router.
    CreateRouter(RouterId),
    /// Closes a router with all that it holds.
    CloseRouter(RouterId),
    /// Lists the routers.
    DumpWorker,
    /// To a router.
    Router(RouterId, RouterCommand),
    /// To a transport.
    Transport(TransportId, TransportCommand),
    /// To a producer.
    Producer(ProducerId, ProducerCommand),
    /// To a consumer.
    Consumer(ConsumerId, ConsumerCommand),
    /// To a data producer.
    DataProducer(DataProducerId, DataProducerCommand),
    /// To a data consumer.
    DataConsumer(DataConsumerId, DataConsumerCommand),
    /// To an RTP observer.
    Observer(RtpObserverId, ObserverCommand),
}

/// The answer to a [`Command`]; each command documents which one it gets.
#[derive(Debug)]
pub enum Response {
    /// Done; there is nothing to tell.
    Done,
    /// A WebRTC transport as it now is.
    WebRtcTransport(Box<WebRtcTransportDump>),
    /// A plain transport as it now is.
    PlainTransport(Box<PlainTransportDump>),
    /// A pipe transport as it now is.
    PipeTransport(Box<PipeTransportDump>),
    /// The DTLS role that the transport took.
    Connected(miso_secure::DtlsRole),
    /// New ICE credentials.
    IceCredentials(Credentials),
    /// The type of the new producer.
    Producer(ProducerType),
    /// The first state of the new consumer.
    Consumer(NewConsumer),
    /// The layers in force after `SetPreferredLayers`; none for consumers without layers.
    PreferredLayers(Option<PreferredLayers>),
    /// The priority in force.
    Priority(u8),
    /// Bytes queued and not yet sent.
    BufferedAmount(usize),
    /// The subchannels in force, ascending.
    Subchannels(Vec<u16>),
    /// Worker dump.
    WorkerDump(Box<WorkerDump>),
    /// Router dump.
    RouterDump(Box<RouterDump>),
    /// Dump of a transport of any kind.
    TransportDump(Box<TransportDump>),
    /// Producer dump.
    ProducerDump(Box<ProducerDump>),
    /// Consumer dump.
    ConsumerDump(Box<ConsumerDump>),
    /// Data producer dump.
    DataProducerDump(Box<DataProducerDump>),
    /// Data consumer dump.
    DataConsumerDump(Box<DataConsumerDump>),
    /// Transport statistics.
    TransportStats(Box<TransportStats>),
    /// Statistics of a producer's or a consumer's streams, in the order of 1.12.
    StreamStats(Vec<StreamStats>),
    /// Which layers a consumer gets, and why; none for consumers without layers.
    Layers(Option<LayerReport>),
    /// Data producer statistics.
    DataProducerStats(DataProducerStats),
    /// Data consumer statistics.
    DataConsumerStats(DataConsumerStats),
}

/// The state in which a consumer starts.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConsumer {
    /// Whether it is paused by its own side.
    pub paused: bool,
    /// Whether its producer is paused.
    pub producer_paused: bool,
    /// Its first score.
    pub score: ConsumerScore,
    /// The layers it wants; none without layers.
    pub preferred_layers: Option<PreferredLayers>,
}
