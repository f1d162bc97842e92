//! Which router the objects of a worker belong to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::metrics::ObjectMetrics;
use crate::router::RouterCore;

/// Kinds of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A router.
    Router,
    /// A transport of any kind.
    Transport,
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// A data producer.
    DataProducer,
    /// A data consumer.
    DataConsumer,
    /// An RTP observer.
    Observer,
}

/// The objects of a worker by their numbers, which are unique over all kinds.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    table: HashMap<u64, (Kind, Arc<RouterCore>)>,
    /// How many of each kind are in the table.
    objects: ObjectMetrics,
}

impl Routes {
    /// Enters an object.
    pub(super) fn insert(&mut self, number: u64, kind: Kind, router: Arc<RouterCore>) {
        if self.table.insert(number, (kind, router)).is_none() {
            *self.count(kind) += 1;
        }
    }

    /// Removes an object and hands out its router, to be dropped outside of locks.
    pub(super) fn remove(&mut self, number: u64) -> Option<Arc<RouterCore>> {
        let (kind, router) = self.table.remove(&number)?;
        *self.count(kind) -= 1;
        Some(router)
    }

    /// The router of an object.
    pub(super) fn get(&self, number: u64) -> Option<Arc<RouterCore>> {
        self.table
            .get(&number)
            .map(|(_, router)| Arc::clone(router))
    }

    /// All routers.
    pub(super) fn routers(&self) -> Vec<Arc<RouterCore>> {
        let routers = self
            .table
            .values()
            .filter(|(kind, _)| *kind == Kind::Router);
        routers.map(|(_, router)| Arc::clone(router)).collect()
    }

    /// How many objects there are.
    pub(super) const fn objects(&self) -> ObjectMetrics {
        self.objects
    }

    const fn count(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Router => &mut self.objects.routers,
            Kind::Transport => &mut self.objects.transports,
            Kind::Producer => &mut self.objects.producers,
            Kind::Consumer => &mut self.objects.consumers,
            Kind::DataProducer => &mut self.objects.data_producers,
            Kind::DataConsumer => &mut self.objects.data_consumers,
            Kind::Observer => &mut self.objects.observers,
        }
    }
}
