//! Closing, with all that hangs on what is closed (fact sheet 1.16).

use super::Worker;
use crate::command::Response;
use crate::error::CommandError;
use crate::event::{ConsumerEvent, DataConsumerEvent, Event};
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use crate::keys::{
    ConsumerKey, DataConsumerKey, DataProducerKey, ObserverKey, ProducerKey, TransportKey,
};
use std::time::Instant;

type Answer = Result<Response, CommandError>;

impl Worker {
    /// Closes a router, its transports and observers.
    pub(super) fn close_router(&mut self, id: RouterId, now: Instant) -> Answer {
        let router = self
            .objects
            .routers
            .remove(&id)
            .ok_or_else(|| CommandError::not_found("Router not found"))?;
        for key in router.transports {
            self.close_transport(key, now);
        }
        for key in router.observers {
            self.close_observer(key);
        }
        Ok(Response::Done)
    }

    /// Closes a transport of a router.
    pub(super) fn close_transport_of(
        &mut self,
        router: RouterId,
        id: TransportId,
        now: Instant,
    ) -> Answer {
        let key = self.transport_key(id)?;
        if self
            .objects
            .transports
            .get(key)
            .is_none_or(|transport| transport.router != router)
        {
            return Err(CommandError::not_found("Transport not found"));
        }
        self.close_transport(key, now);
        Ok(Response::Done)
    }

    fn close_transport(&mut self, key: TransportKey, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let producers = std::mem::take(&mut transport.producers);
        let consumers = std::mem::take(&mut transport.consumers);
        let data_producers = std::mem::take(&mut transport.data_producers);
        let data_consumers = std::mem::take(&mut transport.data_consumers);
        producers
            .into_iter()
            .for_each(|producer| self.close_producer(producer, now));
        consumers
            .into_iter()
            .for_each(|consumer| self.close_consumer(consumer));
        data_producers
            .into_iter()
            .for_each(|producer| self.close_data_producer(producer, now));
        data_consumers
            .into_iter()
            .for_each(|consumer| self.close_data_consumer(consumer, now));
        self.shut_down_connection(key, now);
        let Some(transport) = self.objects.transports.remove(key) else {
            return;
        };
        self.names.transports.remove(&transport.id);
        if let Some(router) = self.objects.routers.get_mut(&transport.router) {
            router.transports.retain(|open| *open != key);
        }
    }

    /// Closes a producer of a transport.
    pub(super) fn close_producer_of(
        &mut self,
        transport: TransportKey,
        id: ProducerId,
        now: Instant,
    ) -> Answer {
        let key = self.producer_key(id)?;
        if self
            .objects
            .producers
            .get(key)
            .is_none_or(|producer| producer.transport != transport)
        {
            return Err(CommandError::not_found("Producer not found"));
        }
        self.close_producer(key, now);
        Ok(Response::Done)
    }

    fn close_producer(&mut self, key: ProducerKey, now: Instant) {
        let Some(mut producer) = self.objects.producers.remove(key) else {
            return;
        };
        self.names.producers.remove(&producer.id);
        for stream in &mut producer.streams {
            stream.ring.clear(&mut self.pool);
        }
        for consumer in std::mem::take(&mut producer.consumers) {
            if let Some(consumer) = self.objects.consumers.get(consumer) {
                self.events
                    .push_back(Event::Consumer(consumer.id, ConsumerEvent::ProducerClose));
            }
            self.close_consumer(consumer);
        }
        for observer in std::mem::take(&mut producer.observers) {
            self.forget_observed(observer, key, now);
        }
        if let Some(transport) = self.objects.transports.get_mut(producer.transport) {
            transport.producers.retain(|open| *open != key);
            let ssrcs: Vec<_> = transport.listener.ssrcs_of(key).collect();
            transport.listener.remove(key);
            if let Some(srtp) = transport.srtp_mut() {
                ssrcs.into_iter().for_each(|ssrc| srtp.recv.forget(ssrc));
            }
        }
    }

    /// Closes a consumer of a transport.
    pub(super) fn close_consumer_of(&mut self, transport: TransportKey, id: ConsumerId) -> Answer {
        let key = self.consumer_key(id)?;
        if self
            .objects
            .consumers
            .get(key)
            .is_none_or(|consumer| consumer.transport != transport)
        {
            return Err(CommandError::not_found("Consumer not found"));
        }
        self.close_consumer(key);
        Ok(Response::Done)
    }

    fn close_consumer(&mut self, key: ConsumerKey) {
        let Some(consumer) = self.objects.consumers.remove(key) else {
            return;
        };
        self.names.consumers.remove(&consumer.id);
        if let Some(producer) = self.objects.producers.get_mut(consumer.producer) {
            producer.consumers.retain(|open| *open != key);
        }
        if let Some(transport) = self.objects.transports.get_mut(consumer.transport) {
            transport.consumers.retain(|open| *open != key);
            transport.consumer_ssrcs.retain(|_, open| *open != key);
        }
        self.demand_changed(consumer.transport);
    }

    /// Closes a data producer of a transport and resets its stream.
    pub(super) fn close_data_producer_of(
        &mut self,
        transport: TransportKey,
        id: DataProducerId,
        now: Instant,
    ) -> Answer {
        let key = self.data_producer_key(id)?;
        if self
            .objects
            .data_producers
            .get(key)
            .is_none_or(|producer| producer.transport != transport)
        {
            return Err(CommandError::not_found("DataProducer not found"));
        }
        self.close_data_producer(key, now);
        Ok(Response::Done)
    }

    fn close_data_producer(&mut self, key: DataProducerKey, now: Instant) {
        let Some(mut producer) = self.objects.data_producers.remove(key) else {
            return;
        };
        self.names.data_producers.remove(&producer.id);
        for consumer in std::mem::take(&mut producer.consumers) {
            if let Some(consumer) = self.objects.data_consumers.get(consumer) {
                self.events.push_back(Event::DataConsumer(
                    consumer.id,
                    DataConsumerEvent::DataProducerClose,
                ));
            }
            self.close_data_consumer(consumer, now);
        }
        if let Some(transport) = self.objects.transports.get_mut(producer.transport) {
            transport.data_producers.retain(|open| *open != key);
            if let (Some(sctp), Some(stream)) = (&mut transport.sctp, producer.stream_id()) {
                sctp.producers.remove(&stream);
                if sctp.is_data_channel {
                    sctp.reset(stream, now);
                }
            }
        }
        self.queue_sctp(producer.transport);
    }

    /// Closes a data consumer of a transport and resets its stream.
    pub(super) fn close_data_consumer_of(
        &mut self,
        transport: TransportKey,
        id: DataConsumerId,
        now: Instant,
    ) -> Answer {
        let key = self.data_consumer_key(id)?;
        if self
            .objects
            .data_consumers
            .get(key)
            .is_none_or(|consumer| consumer.transport != transport)
        {
            return Err(CommandError::not_found("DataConsumer not found"));
        }
        self.close_data_consumer(key, now);
        Ok(Response::Done)
    }

    /// Closes a data consumer and resets its stream.
    pub(super) fn close_data_consumer(&mut self, key: DataConsumerKey, now: Instant) {
        let Some(consumer) = self.objects.data_consumers.remove(key) else {
            return;
        };
        self.names.data_consumers.remove(&consumer.id);
        if let Some(producer) = self.objects.data_producers.get_mut(consumer.data_producer) {
            producer.consumers.retain(|open| *open != key);
        }
        if let Some(transport) = self.objects.transports.get_mut(consumer.transport) {
            transport.data_consumers.retain(|open| *open != key);
            if let (Some(sctp), Some(stream)) = (&mut transport.sctp, consumer.stream_id()) {
                sctp.consumers.remove(&stream);
                sctp.reset(stream, now);
            }
        }
        self.queue_sctp(consumer.transport);
    }

    /// Closes an observer of a router.
    pub(super) fn close_observer_of(&mut self, router: RouterId, id: RtpObserverId) -> Answer {
        let key = self.observer_key(id)?;
        if self
            .objects
            .observers
            .get(key)
            .is_none_or(|observer| observer.router != router)
        {
            return Err(CommandError::not_found("RtpObserver not found"));
        }
        self.close_observer(key);
        Ok(Response::Done)
    }

    fn close_observer(&mut self, key: ObserverKey) {
        let Some(observer) = self.objects.observers.remove(key) else {
            return;
        };
        self.names.observers.remove(&observer.id);
        for producer in self.objects.producers.values_mut() {
            producer.observers.retain(|open| *open != key);
        }
        if let Some(router) = self.objects.routers.get_mut(&observer.router) {
            router.observers.retain(|open| *open != key);
        }
    }
}
