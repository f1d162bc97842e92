//! A client without a WebSocket, as far as the room knows: it acts by HTTP requests and is never told anything.

use std::time::Instant;

use miso_engine::{
    Consumer, ConsumerOptions, DataConsumer, DataConsumerOptions, DataProducer,
    DataProducerOptions, PlainTransport, Producer, ProducerOptions, RequestError as EngineError,
    RtpCapabilities, WebRtcTransport,
};
use miso_signal::api::{ApiError, Dialect, TransportKind};
use miso_signal::{DisplayName, Entity, PeerDevice, PeerId, PeerInfo};
use serde_json::Value;

use crate::counters::Held;

use super::peer::RoutedDataProducer;

/// A broadcaster.
#[derive(Debug)]
pub(super) struct Broadcaster {
    id: PeerId,
    /// How it is spoken to.
    pub(super) dialect: Dialect,
    /// What others call it.
    pub(super) display_name: DisplayName,
    /// What it runs on.
    pub(super) device: PeerDevice,
    /// What media it can take, if it said so.
    pub(super) rtp_capabilities: Option<RtpCapabilities>,
    /// Whether others know of it.
    pub(super) is_joined: bool,
    /// In the order in which they were made.
    pub(super) transports: Vec<Transport>,
    /// In the order in which they were made.
    pub(super) producers: Vec<Producer>,
    /// In the order in which they were made, each with its transport's id.
    pub(super) consumers: Vec<PlacedConsumer>,
    /// In the order in which they were made.
    pub(super) data_producers: Vec<RoutedDataProducer>,
    /// In the order in which they were made.
    pub(super) data_consumers: Vec<DataConsumer>,
    /// Its last sign of life.
    pub(super) last_seen: Instant,
    /// Bytes on its transports at the last look: signs of life if they are more.
    pub(super) last_traffic: u64,
    _held: Held,
}

/// A consumer, and where it is.
#[derive(Clone, Debug)]
pub(super) struct PlacedConsumer {
    /// The engine's handle.
    pub(super) handle: Consumer,
    /// The transport that carries it.
    pub(super) transport_id: String,
}

/// A transport of a broadcaster.
#[derive(Clone, Debug)]
pub(super) enum Transport {
    /// By WebRTC.
    WebRtc(WebRtcTransport),
    /// By plain RTP.
    Plain(PlainTransport, Learning),
}

/// Whether a plain transport learns where its client is. Who was told may get packets and never answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learning {
    /// From the first packet.
    Learns,
    /// It is told.
    IsTold,
}

/// Does the same with a transport of any kind.
macro_rules! any_kind {
    ($transport:expr, $handle:ident => $do:expr) => {
        match $transport {
            Transport::WebRtc($handle) => $do,
            Transport::Plain($handle, _) => $do,
        }
    };
}

impl Transport {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        any_kind!(self, handle => handle.id())
    }

    /// Its kind.
    pub(super) const fn kind(&self) -> TransportKind {
        match self {
            Self::WebRtc(_) => TransportKind::WebRtc,
            Self::Plain(..) => TransportKind::Plain,
        }
    }

    /// Receives media.
    pub(super) async fn produce(&self, options: ProducerOptions) -> Result<Producer, EngineError> {
        any_kind!(self, handle => handle.produce(options).await)
    }

    /// Sends media.
    pub(super) async fn consume(&self, options: ConsumerOptions) -> Result<Consumer, EngineError> {
        any_kind!(self, handle => handle.consume(options).await)
    }

    /// Receives messages.
    pub(super) async fn produce_data(
        &self,
        options: DataProducerOptions,
    ) -> Result<DataProducer, EngineError> {
        any_kind!(self, handle => handle.produce_data(options).await)
    }

    /// Sends messages.
    pub(super) async fn consume_data(
        &self,
        options: DataConsumerOptions,
    ) -> Result<DataConsumer, EngineError> {
        any_kind!(self, handle => handle.consume_data(options).await)
    }

    /// How it is doing.
    pub(super) async fn get_stats(&self) -> Result<Vec<Value>, EngineError> {
        any_kind!(self, handle => handle.get_stats().await)
    }

    /// Closes it and all that it carries.
    pub(super) fn close(&self) {
        any_kind!(self, handle => handle.close());
    }

    /// Bytes so far that tell that the client is there: what it sends. A player with a fixed address may have nothing to
    /// say; it is there as long as there is something to play.
    pub(super) async fn traffic(&self) -> u64 {
        let stats = self.get_stats().await.unwrap_or_default();
        let sum = |name: &str| {
            let numbers = stats.iter().filter_map(|it| it.get(name)?.as_u64());
            numbers.fold(0, u64::saturating_add)
        };
        match self {
            Self::Plain(_, Learning::IsTold) => {
                sum("bytesReceived").saturating_add(sum("bytesSent"))
            }
            Self::Plain(_, Learning::Learns) | Self::WebRtc(_) => sum("bytesReceived"),
        }
    }
}

impl Broadcaster {
    /// A broadcaster that has nothing yet.
    pub(super) fn new(
        (id, dialect): (PeerId, Dialect),
        (display_name, device): (DisplayName, PeerDevice),
        rtp_capabilities: Option<RtpCapabilities>,
        held: Held,
    ) -> Self {
        Self {
            id,
            dialect,
            display_name,
            device,
            rtp_capabilities,
            is_joined: dialect == Dialect::Older,
            transports: Vec::new(),
            producers: Vec::new(),
            consumers: Vec::new(),
            data_producers: Vec::new(),
            data_consumers: Vec::new(),
            last_seen: Instant::now(),
            last_traffic: 0,
            _held: held,
        }
    }

    /// How others see it.
    pub(super) fn info(&self) -> PeerInfo {
        let (name, device) = (self.display_name.clone(), self.device.clone());
        PeerInfo::new(self.id.clone(), name, device)
    }

    /// One of its transports.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub(super) fn transport(&self, id: &str) -> Result<Transport, ApiError> {
        let found = self.transports.iter().find(|it| it.id() == id);
        found
            .cloned()
            .ok_or_else(|| not_found(Entity::Transport, id))
    }

    /// One of its producers.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub(super) fn producer(&self, id: &str) -> Result<Producer, ApiError> {
        let found = self.producers.iter().find(|it| it.id() == id);
        found
            .cloned()
            .ok_or_else(|| not_found(Entity::Producer, id))
    }

    /// One of its consumers.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub(super) fn consumer(&self, id: &str) -> Result<Consumer, ApiError> {
        let found = self.consumers.iter().find(|it| it.handle.id() == id);
        let handle = found.map(|it| it.handle.clone());
        handle.ok_or_else(|| not_found(Entity::Consumer, id))
    }

    /// One of its data producers.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub(super) fn data_producer(&self, id: &str) -> Result<DataProducer, ApiError> {
        let found = self.data_producers.iter().find(|it| it.id() == id);
        let handle = found.map(|it| it.handle.clone());
        handle.ok_or_else(|| not_found(Entity::DataProducer, id))
    }

    /// One of its data consumers.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub(super) fn data_consumer(&self, id: &str) -> Result<DataConsumer, ApiError> {
        let found = self.data_consumers.iter().find(|it| it.id() == id);
        found
            .cloned()
            .ok_or_else(|| not_found(Entity::DataConsumer, id))
    }

    /// Its consumers on one of its transports.
    pub(super) fn consumers_on(&self, transport_id: &str) -> impl Iterator<Item = &Consumer> {
        let placed = self.consumers.iter();
        let on_it = placed.filter(move |it| it.transport_id == transport_id);
        on_it.map(|it| &it.handle)
    }

    /// It no longer has what has this id.
    pub(super) fn forget(&mut self, id: &str) {
        self.transports.retain(|it| it.id() != id);
        self.producers.retain(|it| it.id() != id);
        self.consumers.retain(|it| it.handle.id() != id);
        self.data_producers.retain(|it| it.id() != id);
        self.data_consumers.retain(|it| it.id() != id);
    }
}

/// The refusal of an id that names nothing of the broadcaster's.
pub(super) fn not_found(entity: Entity, id: &str) -> ApiError {
    ApiError::NotFound {
        entity,
        id: id.to_owned(),
    }
}
