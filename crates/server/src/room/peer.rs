//! A person in a room, as far as the room knows.

use std::collections::HashMap;

use miso_engine::RtpCapabilities;
use miso_engine::{Consumer, DataConsumer, DataProducer, Producer, WebRtcTransport};
use miso_signal::{
    DataRoute, Dialect, DisplayName, Entity, PeerDevice, PeerId, PeerInfo, RequestError,
    ServerNotification, ServerRequest, encode_notification, encode_request,
};

use crate::counters::Held;
use crate::session::{Outbox, Outgoing};

use super::message::{SessionId, Who};

/// What a peer says when it joins.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    /// What it is called.
    pub(super) display_name: DisplayName,
    /// What it runs on.
    pub(super) device: PeerDevice,
    /// What media it can take; none: it wants none.
    pub(super) rtp_capabilities: Option<RtpCapabilities>,
    /// Whether it takes messages.
    pub(super) takes_data: bool,
}

/// A transport, and what it is for.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    /// The engine's handle.
    pub(super) handle: WebRtcTransport,
    /// Whether the client receives on it.
    pub(super) is_consuming: bool,
    /// Whether messages can pass.
    pub(super) has_sctp: bool,
}

/// A data producer, and who gets its messages.
#[derive(Clone, Debug)]
pub(super) struct RoutedDataProducer {
    /// The engine's handle.
    pub(super) handle: DataProducer,
    /// Who gets them.
    pub(super) route: DataRoute,
}

impl RoutedDataProducer {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        self.handle.id()
    }

    /// Whether other peers are offered its messages.
    pub(super) const fn is_offered(&self) -> bool {
        matches!(self.route, DataRoute::Chat | DataRoute::Other)
    }
}

/// What a client was asked to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The consumer with this id.
    Consumer(String),
    /// The data consumer with this id.
    DataConsumer(String),
}

/// A peer.
#[derive(Debug)]
pub(super) struct Peer {
    id: PeerId,
    session: SessionId,
    outbox: Outbox,
    /// What its client was written for.
    dialect: Dialect,
    /// What it said when it joined; none before.
    joined: Option<Joined>,
    /// In the order in which they were made.
    transports: Vec<Transport>,
    /// In the order in which they were made.
    producers: Vec<Producer>,
    consumers: HashMap<String, Consumer>,
    /// In the order in which they were made.
    data_producers: Vec<RoutedDataProducer>,
    data_consumers: HashMap<String, DataConsumer>,
    /// Where the bot is to welcome it as soon as messages can pass.
    unwelcomed: Option<DataConsumer>,
    /// What the client has not answered yet, by request.
    asked: HashMap<u32, Asked>,
    next_request: u32,
    _held: Held,
}

impl Peer {
    /// A peer that has not joined.
    pub(super) fn new(who: &Who, outbox: Outbox, held: Held) -> Self {
        Self {
            id: who.peer.clone(),
            session: who.session,
            outbox,
            dialect: Dialect::default(),
            joined: None,
            transports: Vec::new(),
            producers: Vec::new(),
            consumers: HashMap::new(),
            data_producers: Vec::new(),
            data_consumers: HashMap::new(),
            unwelcomed: None,
            asked: HashMap::new(),
            next_request: 0,
            _held: held,
        }
    }

    /// Its id.
    pub(super) const fn id(&self) -> &PeerId {
        &self.id
    }

    /// Its present session.
    pub(super) const fn session(&self) -> SessionId {
        self.session
    }

    /// What its client was written for, as far as it has shown.
    pub(super) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its client showed what it was written for.
    pub(super) const fn show(&mut self, shown: Dialect) {
        self.dialect = self.dialect.or(shown);
    }

    /// What it said when it joined, if it has.
    pub(super) const fn joined(&self) -> Option<&Joined> {
        self.joined.as_ref()
    }

    /// The same, to be changed.
    pub(super) const fn joined_mut(&mut self) -> &mut Option<Joined> {
        &mut self.joined
    }

    /// How others see it; nothing before it has joined.
    pub(super) fn info(&self) -> Option<PeerInfo> {
        let joined = self.joined.as_ref()?;
        let (name, device) = (joined.display_name.clone(), joined.device.clone());
        Some(PeerInfo::new(self.id.clone(), name, device))
    }

    /// Sends it something.
    pub(super) fn send(&self, outgoing: Outgoing) {
        self.outbox.send(outgoing);
    }

    /// Tells it something, unless its dialect has nothing like it.
    pub(super) fn notify(&self, notification: &ServerNotification) {
        if let Some(text) = encode_notification(notification, self.dialect) {
            self.send(Outgoing::text(text));
        }
    }

    /// Asks its client to accept something; the answer is a message to the room.
    pub(super) fn ask(&mut self, request: ServerRequest, about: Asked) {
        let id = self.next_request;
        self.next_request = id.wrapping_add(1);
        self.asked.insert(id, about);
        let text = encode_request(id, request, self.dialect).into();
        self.send(Outgoing::Request { id, text });
    }

    /// What a request was about; it is answered then.
    pub(super) fn answered(&mut self, request: u32) -> Option<Asked> {
        self.asked.remove(&request)
    }

    /// Its transports.
    pub(super) fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The transport on which it receives: the first of those for it.
    pub(super) fn consuming_transport(&self) -> Option<&WebRtcTransport> {
        let transport = self
            .transports
            .iter()
            .find(|transport| transport.is_consuming);
        transport.map(|transport| &transport.handle)
    }

    /// Messages can pass on one of its transports from now on, or no longer. Whether they could before.
    pub(super) fn note_sctp(&mut self, transport_id: &str, is_connected: bool) -> bool {
        let mut transports = self.transports.iter_mut();
        let transport = transports.find(|it| it.handle.id() == transport_id);
        transport.is_some_and(|it| std::mem::replace(&mut it.has_sctp, is_connected))
    }

    /// It hears the bot, who has not welcomed it.
    pub(super) fn set_unwelcomed(&mut self, ear: DataConsumer) {
        self.unwelcomed = Some(ear);
    }

    /// Where the bot is to welcome it now; after that it is welcomed.
    pub(super) fn take_unwelcomed(&mut self) -> Option<DataConsumer> {
        let mut transports = self.transports.iter();
        let can_hear = transports.any(|it| it.is_consuming && it.has_sctp);
        self.unwelcomed.take_if(|_| can_hear)
    }

    /// Its producers.
    pub(super) fn producers(&self) -> &[Producer] {
        &self.producers
    }

    /// Its data producers.
    pub(super) fn data_producers(&self) -> &[RoutedDataProducer] {
        &self.data_producers
    }

    /// Its data consumers.
    pub(super) fn data_consumers(&self) -> impl Iterator<Item = &DataConsumer> {
        self.data_consumers.values()
    }

    /// How many consumers it has.
    pub(super) fn consumer_count(&self) -> usize {
        self.consumers.len()
    }

    /// How many data consumers it has.
    pub(super) fn data_consumer_count(&self) -> usize {
        self.data_consumers.len()
    }

    /// It has one more transport.
    pub(super) fn add_transport(&mut self, transport: Transport) {
        self.transports.push(transport);
    }

    /// It has one more producer.
    pub(super) fn add_producer(&mut self, producer: Producer) {
        self.producers.push(producer);
    }

    /// It has one more data producer.
    pub(super) fn add_data_producer(&mut self, data_producer: RoutedDataProducer) {
        self.data_producers.push(data_producer);
    }

    /// It has one more consumer.
    pub(super) fn add_consumer(&mut self, consumer: Consumer) {
        self.consumers.insert(consumer.id().to_owned(), consumer);
    }

    /// It has one more data consumer.
    pub(super) fn add_data_consumer(&mut self, consumer: DataConsumer) {
        self.data_consumers
            .insert(consumer.id().to_owned(), consumer);
    }

    /// One of its transports.
    ///
    /// # Errors
    /// [`RequestError::NotFound`].
    pub(super) fn transport(&self, id: &str) -> Result<WebRtcTransport, RequestError> {
        let transport = self
            .transports
            .iter()
            .find(|transport| transport.handle.id() == id);
        let handle = transport.map(|transport| transport.handle.clone());
        handle.ok_or_else(|| RequestError::not_found(Entity::Transport, id))
    }

    /// One of its producers.
    ///
    /// # Errors
    /// [`RequestError::NotFound`].
    pub(super) fn producer(&self, id: &str) -> Result<Producer, RequestError> {
        let producer = self.producers.iter().find(|producer| producer.id() == id);
        producer
            .cloned()
            .ok_or_else(|| RequestError::not_found(Entity::Producer, id))
    }

    /// One of its consumers.
    ///
    /// # Errors
    /// [`RequestError::NotFound`].
    pub(super) fn consumer(&self, id: &str) -> Result<Consumer, RequestError> {
        let consumer = self.consumers.get(id).cloned();
        consumer.ok_or_else(|| RequestError::not_found(Entity::Consumer, id))
    }

    /// One of its data producers.
    ///
    /// # Errors
    /// [`RequestError::NotFound`].
    pub(super) fn data_producer(&self, id: &str) -> Result<DataProducer, RequestError> {
        let producer = self
            .data_producers
            .iter()
            .find(|producer| producer.id() == id);
        let handle = producer.map(|producer| producer.handle.clone());
        handle.ok_or_else(|| RequestError::not_found(Entity::DataProducer, id))
    }

    /// One of its data consumers.
    ///
    /// # Errors
    /// [`RequestError::NotFound`].
    pub(super) fn data_consumer(&self, id: &str) -> Result<DataConsumer, RequestError> {
        let consumer = self.data_consumers.get(id).cloned();
        consumer.ok_or_else(|| RequestError::not_found(Entity::DataConsumer, id))
    }

    /// Takes away a producer.
    pub(super) fn take_producer(&mut self, id: &str) {
        self.producers.retain(|producer| producer.id() != id);
    }

    /// Takes away a data producer.
    pub(super) fn take_data_producer(&mut self, id: &str) {
        self.data_producers.retain(|producer| producer.id() != id);
    }

    /// Takes away a consumer.
    pub(super) fn take_consumer(&mut self, id: &str) -> Option<Consumer> {
        self.consumers.remove(id)
    }

    /// Takes away a data consumer.
    pub(super) fn take_data_consumer(&mut self, id: &str) -> Option<DataConsumer> {
        self.data_consumers.remove(id)
    }

    /// The consumers of a producer.
    pub(super) fn consumers_of(&self, producer_id: &str) -> impl Iterator<Item = &Consumer> {
        self.consumers
            .values()
            .filter(move |it| it.producer_id() == producer_id)
    }

    /// Takes away the consumers of a producer.
    pub(super) fn take_consumers_of(&mut self, producer_id: &str) -> Vec<Consumer> {
        let of_it = self
            .consumers
            .extract_if(|_, it| it.producer_id() == producer_id);
        of_it.map(|(_, consumer)| consumer).collect()
    }

    /// Takes away the data consumers of a data producer.
    pub(super) fn take_data_consumers_of(&mut self, data_producer_id: &str) -> Vec<DataConsumer> {
        let of_it = self
            .data_consumers
            .extract_if(|_, it| it.data_producer_id() == data_producer_id);
        of_it.map(|(_, consumer)| consumer).collect()
    }

    /// Closes its transports and all that they carry.
    pub(super) fn close_transports(&self) {
        for transport in &self.transports {
            transport.handle.close();
        }
    }
}
