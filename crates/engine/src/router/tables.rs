//! What a router holds, and how new objects get in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use miso_sfu::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RtpObserverId, TransportId,
};

use super::RouterCore;
use crate::consumer::ConsumerCore;
use crate::data_consumer::DataConsumerCore;
use crate::data_producer::DataProducerCore;
use crate::error::RequestError;
use crate::observer::ObserverCore;
use crate::producer::ProducerCore;
use crate::sync::lock;
use crate::transport::TransportCore;
use crate::worker::Kind;

/// The objects of a router. Ordered by age, so that cascades run in the order of creation.
#[derive(Default)]
pub(crate) struct Tables {
    /// Whether the router is closed; the rest is empty then and stays so.
    pub(crate) is_closed: bool,
    pub(crate) transports: BTreeMap<TransportId, Arc<TransportCore>>,
    pub(crate) producers: BTreeMap<ProducerId, Arc<ProducerCore>>,
    pub(crate) consumers: BTreeMap<ConsumerId, Arc<ConsumerCore>>,
    pub(crate) data_producers: BTreeMap<DataProducerId, Arc<DataProducerCore>>,
    pub(crate) data_consumers: BTreeMap<DataConsumerId, Arc<DataConsumerCore>>,
    pub(crate) observers: BTreeMap<RtpObserverId, Arc<ObserverCore>>,
    /// Names that users chose or may look for, also of producers that are being made.
    pub(super) producer_names: HashMap<String, ProducerId>,
    /// The same for data producers.
    pub(super) data_producer_names: HashMap<String, DataProducerId>,
}

impl Tables {
    /// An open producer by its user's name.
    pub(crate) fn producer_named(&self, name: &str) -> Option<Arc<ProducerCore>> {
        let id = self.producer_names.get(name)?;
        self.producers.get(id).map(Arc::clone)
    }

    /// An open data producer by its user's name.
    pub(crate) fn data_producer_named(&self, name: &str) -> Option<Arc<DataProducerCore>> {
        let id = self.data_producer_names.get(name)?;
        self.data_producers.get(id).map(Arc::clone)
    }

    /// The user's name of an open transport.
    pub(crate) fn name_of_transport(&self, id: &TransportId) -> Option<&str> {
        self.transports.get(id).map(|it| it.base.name.as_str())
    }

    /// The user's name of an open producer.
    pub(crate) fn name_of_producer(&self, id: &ProducerId) -> Option<&str> {
        self.producers.get(id).map(|it| it.base.name.as_str())
    }

    /// The user's name of an open consumer.
    pub(crate) fn name_of_consumer(&self, id: &ConsumerId) -> Option<&str> {
        self.consumers.get(id).map(|it| it.base.name.as_str())
    }

    /// The user's name of an open data producer.
    pub(crate) fn name_of_data_producer(&self, id: &DataProducerId) -> Option<&str> {
        self.data_producers.get(id).map(|it| it.base.name.as_str())
    }

    /// The user's name of an open data consumer.
    pub(crate) fn name_of_data_consumer(&self, id: &DataConsumerId) -> Option<&str> {
        self.data_consumers.get(id).map(|it| it.base.name.as_str())
    }

    /// The user's name of an open observer.
    pub(crate) fn name_of_observer(&self, id: &RtpObserverId) -> Option<&str> {
        self.observers.get(id).map(|it| it.base.name.as_str())
    }

    /// Whether something new may be put on a transport.
    fn check_transport(&self, id: TransportId) -> Result<(), RequestError> {
        if self.transports.contains_key(&id) {
            Ok(())
        } else {
            Err(RequestError::Closed)
        }
    }
}

impl RouterCore {
    /// Takes a new transport in.
    ///
    /// # Errors
    /// [`RequestError::Closed`] if the router was closed meanwhile; the core closes the transport with it.
    pub(crate) fn adopt_transport(
        self: &Arc<Self>,
        transport: &Arc<TransportCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if tables.is_closed {
            transport.base.mark_closed();
            return Err(RequestError::Closed);
        }
        tables
            .transports
            .insert(transport.id(), Arc::clone(transport));
        transport
            .base
            .worker
            .add_route(transport.base.number, Kind::Transport, self);
        Ok(())
    }

    /// Takes a new observer in.
    ///
    /// # Errors
    /// As [`Self::adopt_transport`].
    pub(crate) fn adopt_observer(
        self: &Arc<Self>,
        observer: &Arc<ObserverCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if tables.is_closed {
            observer.base.mark_closed();
            return Err(RequestError::Closed);
        }
        tables.observers.insert(observer.id(), Arc::clone(observer));
        observer
            .base
            .worker
            .add_route(observer.base.number, Kind::Observer, self);
        Ok(())
    }

    /// Keeps a name for a producer that is about to be made.
    ///
    /// # Errors
    /// [`RequestError::Type`] if the name is taken.
    pub(crate) fn reserve_producer(&self, name: &str, id: ProducerId) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if tables.producer_names.contains_key(name) {
            let reason = format!("a Producer with same id \"{name}\" already exists");
            return Err(RequestError::Type(reason));
        }
        tables.producer_names.insert(name.to_owned(), id);
        Ok(())
    }

    /// Gives a kept name back.
    pub(crate) fn release_producer(&self, name: &str) {
        lock(&self.tables).producer_names.remove(name);
    }

    /// Takes a new producer in, whose name was reserved.
    ///
    /// # Errors
    /// [`RequestError::Closed`] if the transport was closed meanwhile; the core closes the producer with it.
    pub(crate) fn adopt_producer(
        self: &Arc<Self>,
        producer: &Arc<ProducerCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if let Err(error) = tables.check_transport(producer.transport) {
            tables.producer_names.remove(&producer.base.name);
            producer.base.mark_closed();
            return Err(error);
        }
        tables.producers.insert(producer.id(), Arc::clone(producer));
        producer
            .base
            .worker
            .add_route(producer.base.number, Kind::Producer, self);
        Ok(())
    }

    /// Takes a new consumer in.
    ///
    /// # Errors
    /// As [`Self::adopt_producer`].
    pub(crate) fn adopt_consumer(
        self: &Arc<Self>,
        consumer: &Arc<ConsumerCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        tables
            .check_transport(consumer.transport)
            .inspect_err(|_| consumer.base.mark_closed())?;
        tables.consumers.insert(consumer.id(), Arc::clone(consumer));
        consumer
            .base
            .worker
            .add_route(consumer.base.number, Kind::Consumer, self);
        Ok(())
    }

    /// Keeps a name for a data producer that is about to be made.
    ///
    /// # Errors
    /// [`RequestError::Type`] if the name is taken.
    pub(crate) fn reserve_data_producer(
        &self,
        name: &str,
        id: DataProducerId,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if tables.data_producer_names.contains_key(name) {
            let reason = format!("a DataProducer with same id \"{name}\" already exists");
            return Err(RequestError::Type(reason));
        }
        tables.data_producer_names.insert(name.to_owned(), id);
        Ok(())
    }

    /// Gives a kept name back.
    pub(crate) fn release_data_producer(&self, name: &str) {
        lock(&self.tables).data_producer_names.remove(name);
    }

    /// Takes a new data producer in, whose name was reserved.
    ///
    /// # Errors
    /// As [`Self::adopt_producer`].
    pub(crate) fn adopt_data_producer(
        self: &Arc<Self>,
        producer: &Arc<DataProducerCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        if let Err(error) = tables.check_transport(producer.transport) {
            tables.data_producer_names.remove(&producer.base.name);
            producer.base.mark_closed();
            return Err(error);
        }
        tables
            .data_producers
            .insert(producer.id(), Arc::clone(producer));
        producer
            .base
            .worker
            .add_route(producer.base.number, Kind::DataProducer, self);
        Ok(())
    }

    /// Takes a new data consumer in.
    ///
    /// # Errors
    /// As [`Self::adopt_producer`].
    pub(crate) fn adopt_data_consumer(
        self: &Arc<Self>,
        consumer: &Arc<DataConsumerCore>,
    ) -> Result<(), RequestError> {
        let mut tables = lock(&self.tables);
        tables
            .check_transport(consumer.transport.id())
            .inspect_err(|_| consumer.base.mark_closed())?;
        tables
            .data_consumers
            .insert(consumer.id(), Arc::clone(consumer));
        consumer
            .base
            .worker
            .add_route(consumer.base.number, Kind::DataConsumer, self);
        Ok(())
    }
}
