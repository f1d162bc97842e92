//! Closing, with all that hangs on what is closed (fact sheet 1.16).
//!
//! What a close takes with it is decided here, from the router's own tables; the core does the same on its side. Only
//! consumers on other transports learn of the end of their producer from the core.

use std::collections::BTreeMap;
use std::sync::Arc;

use miso_sfu::TransportId;
use miso_sfu::command::Command;
use miso_sfu::command::{RouterCommand, TransportCommand};

use super::RouterCore;
use super::tables::Tables;
use crate::base::Base;
use crate::consumer::ConsumerCore;
use crate::data_consumer::DataConsumerCore;
use crate::data_producer::DataProducerCore;
use crate::event::{
    ConsumerEvent, DataConsumerEvent, DataProducerEvent, ProducerEvent, RouterEvent, TransportEvent,
};
use crate::observer::ObserverCore;
use crate::producer::ProducerCore;
use crate::sync::lock;
use crate::transport::TransportCore;

/// Objects whose routes are still to be removed, outside of the lock.
type Closed = Vec<(Arc<crate::worker::WorkerShared>, u64)>;

impl RouterCore {
    /// Closes the router with all that it holds.
    pub(crate) fn close(&self) {
        let Some(closed) = self.close_all(Telling::Cascade) else {
            return;
        };
        forget(closed);
        self.worker.remove_route(self.id.0);
        self.worker.tell(Command::CloseRouter(self.id));
    }

    /// The worker of something in the router is gone; the router cannot go on without it.
    pub(crate) fn worker_died(&self) {
        let Some(closed) = self.close_all(Telling::Death) else {
            return;
        };
        forget(closed);
        self.worker.remove_route(self.id.0);
    }

    fn close_all(&self, telling: Telling) -> Option<Closed> {
        let mut tables = lock(&self.tables);
        if std::mem::replace(&mut tables.is_closed, true) {
            return None;
        }
        let mut closed = Closed::new();
        if telling == Telling::Death {
            self.events.push(RouterEvent::WorkerDied);
            self.events.close();
        }
        for transport in std::mem::take(&mut tables.transports).into_values() {
            end(&transport.base, &mut closed);
            self.close_children(&mut tables, transport.id(), &mut closed);
            let id = transport.base.name.clone();
            self.events.push(RouterEvent::Transport {
                id,
                event: TransportEvent::Closed,
            });
        }
        for observer in std::mem::take(&mut tables.observers).into_values() {
            end(&observer.base, &mut closed);
        }
        tables.producer_names.clear();
        tables.data_producer_names.clear();
        self.events.close();
        Some(closed)
    }

    /// Closes a transport with all that is on it.
    pub(crate) fn close_transport(&self, transport: &TransportCore) {
        let mut closed = Closed::new();
        {
            let mut tables = lock(&self.tables);
            if tables.transports.remove(&transport.id()).is_none() {
                return;
            }
            end(&transport.base, &mut closed);
            self.close_children(&mut tables, transport.id(), &mut closed);
        }
        forget(closed);
        let command = RouterCommand::CloseTransport(transport.id());
        transport
            .base
            .worker
            .tell(Command::Router(self.id, command));
    }

    /// Closes what is on a transport, and tells.
    fn close_children(&self, tables: &mut Tables, transport: TransportId, closed: &mut Closed) {
        for producer in take(&mut tables.producers, |it| it.transport == transport) {
            end(&producer.base, closed);
            let id = producer.base.name.clone();
            tables.producer_names.remove(&id);
            self.events.push(RouterEvent::Producer {
                id,
                event: ProducerEvent::TransportClose,
            });
        }
        for consumer in take(&mut tables.consumers, |it| it.transport == transport) {
            end(&consumer.base, closed);
            let id = consumer.base.name.clone();
            self.events.push(RouterEvent::Consumer {
                id,
                event: ConsumerEvent::TransportClose,
            });
        }
        for producer in take(&mut tables.data_producers, |it| it.transport == transport) {
            end(&producer.base, closed);
            let id = producer.base.name.clone();
            tables.data_producer_names.remove(&id);
            let event = DataProducerEvent::TransportClose;
            self.events.push(RouterEvent::DataProducer { id, event });
        }
        for consumer in take(&mut tables.data_consumers, |it| {
            it.transport.id() == transport
        }) {
            end(&consumer.base, closed);
            let id = consumer.base.name.clone();
            let event = DataConsumerEvent::TransportClose;
            self.events.push(RouterEvent::DataConsumer { id, event });
        }
    }

    /// Closes a producer.
    pub(crate) fn close_producer(&self, producer: &ProducerCore) {
        {
            let mut tables = lock(&self.tables);
            if tables.producers.remove(&producer.id()).is_none() {
                return;
            }
            tables.producer_names.remove(&producer.base.name);
            producer.base.mark_closed();
        }
        let command = TransportCommand::CloseProducer(producer.id());
        tell_transport(&producer.base, producer.transport, command);
    }

    /// Closes a consumer.
    pub(crate) fn close_consumer(&self, consumer: &ConsumerCore) {
        {
            let mut tables = lock(&self.tables);
            if tables.consumers.remove(&consumer.id()).is_none() {
                return;
            }
            consumer.base.mark_closed();
        }
        let command = TransportCommand::CloseConsumer(consumer.id());
        tell_transport(&consumer.base, consumer.transport, command);
    }

    /// Closes a data producer.
    pub(crate) fn close_data_producer(&self, producer: &DataProducerCore) {
        {
            let mut tables = lock(&self.tables);
            if tables.data_producers.remove(&producer.id()).is_none() {
                return;
            }
            tables.data_producer_names.remove(&producer.base.name);
            producer.base.mark_closed();
        }
        let command = TransportCommand::CloseDataProducer(producer.id());
        tell_transport(&producer.base, producer.transport, command);
    }

    /// Closes a data consumer; its stream id can be used again.
    pub(crate) fn close_data_consumer(&self, consumer: &DataConsumerCore) {
        {
            let mut tables = lock(&self.tables);
            if tables.data_consumers.remove(&consumer.id()).is_none() {
                return;
            }
            consumer.base.mark_closed();
        }
        consumer.release_stream();
        let command = TransportCommand::CloseDataConsumer(consumer.id());
        tell_transport(&consumer.base, consumer.transport.id(), command);
    }

    /// Closes an observer.
    pub(crate) fn close_observer(&self, observer: &ObserverCore) {
        {
            let mut tables = lock(&self.tables);
            if tables.observers.remove(&observer.id()).is_none() {
                return;
            }
            observer.base.mark_closed();
        }
        let worker = &observer.base.worker;
        worker.remove_route(observer.base.number);
        worker.tell(Command::Router(
            self.id,
            RouterCommand::CloseObserver(observer.id()),
        ));
    }
}

/// How the end of a router is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    /// Each transport and what is on it tells.
    Cascade,
    /// One event for all.
    Death,
}

/// Marks an object as closed; its route is removed later.
fn end(base: &Base, closed: &mut Closed) {
    base.mark_closed();
    closed.push((Arc::clone(&base.worker), base.number));
}

/// Removes routes.
fn forget(closed: Closed) {
    for (worker, number) in closed {
        worker.remove_route(number);
    }
}

/// Removes an object's route and tells the core to close it.
fn tell_transport(base: &Base, transport: TransportId, command: TransportCommand) {
    base.worker.remove_route(base.number);
    base.worker.tell(Command::Transport(transport, command));
}

/// Takes out of a table what fits.
fn take<K: Ord + Copy, V>(
    table: &mut BTreeMap<K, Arc<V>>,
    fits: impl Fn(&V) -> bool,
) -> Vec<Arc<V>> {
    let keys: Vec<K> = table
        .iter()
        .filter(|(_, it)| fits(it))
        .map(|(key, _)| *key)
        .collect();
    keys.into_iter()
        .filter_map(|key| table.remove(&key))
        .collect()
}
