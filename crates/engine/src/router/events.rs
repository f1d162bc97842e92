//! From the core's events to the router's: numbers become names, and handles learn the newest values.
//!
//! Runs on worker threads. Events are pushed under the lock of the tables, so that nothing is told of an object after
//! its end was.

use std::sync::Arc;

use miso_sfu::event as core;
use miso_sfu::{ConsumerId, DataConsumerId, ProducerId, RtpObserverId, TransportId};

use super::RouterCore;
use super::tables::Tables;
use crate::event::{
    AudioLevelEvent, ConsumerEvent, DataConsumerEvent, ProducerEvent, RouterEvent, TransportEvent,
};
use crate::sync::lock;
use crate::types::Volume;

impl RouterCore {
    /// Takes an event of an object of this router.
    pub(crate) fn handle_event(&self, event: core::Event) {
        let mut tables = lock(&self.tables);
        let told = match event {
            core::Event::Transport(id, event) => transport_event(&tables, id, event),
            core::Event::Producer(id, event) => producer_event(&tables, id, event),
            core::Event::Consumer(id, event) => consumer_event(&mut tables, id, event),
            core::Event::DataConsumer(id, event) => data_consumer_event(&mut tables, id, event),
            core::Event::Observer(id, event) => observer_event(&tables, id, event),
            core::Event::CloseConnection(_) | core::Event::CloseSockets(_) => None,
        };
        if let Some(told) = told {
            self.events.push(told);
        }
    }
}

fn transport_event(
    tables: &Tables,
    id: TransportId,
    event: core::TransportEvent,
) -> Option<RouterEvent> {
    let transport = tables.transports.get(&id)?;
    let event = match event {
        core::TransportEvent::Rtcp(packet) => TransportEvent::Rtcp(Arc::from(packet)),
        event => transport.take_in(event)?,
    };
    Some(RouterEvent::Transport {
        id: transport.base.name.clone(),
        event,
    })
}

fn producer_event(
    tables: &Tables,
    id: ProducerId,
    event: core::ProducerEvent,
) -> Option<RouterEvent> {
    let producer = tables.producers.get(&id)?;
    let event = match event {
        core::ProducerEvent::Score(scores) => {
            ProducerEvent::Score(producer.set_score(scores.iter().map(Into::into).collect()))
        }
        core::ProducerEvent::VideoOrientationChange(orientation) => {
            ProducerEvent::VideoOrientationChange(orientation.into())
        }
        core::ProducerEvent::Trace(_) => return None,
    };
    Some(RouterEvent::Producer {
        id: producer.base.name.clone(),
        event,
    })
}

fn consumer_event(
    tables: &mut Tables,
    id: ConsumerId,
    event: core::ConsumerEvent,
) -> Option<RouterEvent> {
    let consumer = Arc::clone(tables.consumers.get(&id)?);
    let event = match event {
        core::ConsumerEvent::ProducerClose => {
            tables.consumers.remove(&id);
            consumer.base.mark_closed();
            consumer.base.worker.remove_route(consumer.base.number);
            ConsumerEvent::ProducerClose
        }
        core::ConsumerEvent::ProducerPause => {
            consumer.set_producer_paused(true);
            ConsumerEvent::ProducerPause
        }
        core::ConsumerEvent::ProducerResume => {
            consumer.set_producer_paused(false);
            ConsumerEvent::ProducerResume
        }
        core::ConsumerEvent::Score(score) => ConsumerEvent::Score(consumer.set_score(score.into())),
        core::ConsumerEvent::LayersChange(layers) => {
            ConsumerEvent::LayersChange(consumer.set_current_layers(layers.map(Into::into)))
        }
        core::ConsumerEvent::Rtp(packet) => ConsumerEvent::Rtp(Arc::from(packet)),
        core::ConsumerEvent::Trace(_) => return None,
    };
    Some(RouterEvent::Consumer {
        id: consumer.base.name.clone(),
        event,
    })
}

fn data_consumer_event(
    tables: &mut Tables,
    id: DataConsumerId,
    event: core::DataConsumerEvent,
) -> Option<RouterEvent> {
    let consumer = Arc::clone(tables.data_consumers.get(&id)?);
    let event = match event {
        core::DataConsumerEvent::DataProducerClose => {
            tables.data_consumers.remove(&id);
            consumer.base.mark_closed();
            consumer.base.worker.remove_route(consumer.base.number);
            consumer.release_stream();
            DataConsumerEvent::DataProducerClose
        }
        core::DataConsumerEvent::DataProducerPause => {
            consumer.set_data_producer_paused(true);
            DataConsumerEvent::DataProducerPause
        }
        core::DataConsumerEvent::DataProducerResume => {
            consumer.set_data_producer_paused(false);
            DataConsumerEvent::DataProducerResume
        }
        core::DataConsumerEvent::Message(message) => DataConsumerEvent::Message {
            ppid: miso_sfu::sctp::Ppid(message.ppid),
            bytes: message.bytes,
        },
        core::DataConsumerEvent::SctpSendBufferFull => DataConsumerEvent::SctpSendBufferFull,
        core::DataConsumerEvent::BufferedAmountLow(bytes) => {
            DataConsumerEvent::BufferedAmountLow(bytes)
        }
    };
    Some(RouterEvent::DataConsumer {
        id: consumer.base.name.clone(),
        event,
    })
}

fn observer_event(
    tables: &Tables,
    id: RtpObserverId,
    event: core::ObserverEvent,
) -> Option<RouterEvent> {
    let observer_id = tables.observers.get(&id)?.base.name.clone();
    let name = |id: ProducerId| tables.producers.get(&id).map(|it| it.base.name.clone());
    match event {
        core::ObserverEvent::Volumes(volumes) => {
            let named = volumes.iter().filter_map(|it| {
                Some(Volume {
                    producer_id: name(it.producer_id)?,
                    volume: it.volume,
                })
            });
            let volumes: Vec<Volume> = named.collect();
            let event = AudioLevelEvent::Volumes(volumes);
            let is_empty = matches!(&event, AudioLevelEvent::Volumes(it) if it.is_empty());
            (!is_empty).then_some(RouterEvent::AudioLevel { observer_id, event })
        }
        core::ObserverEvent::Silence => Some(RouterEvent::AudioLevel {
            observer_id,
            event: AudioLevelEvent::Silence,
        }),
        core::ObserverEvent::DominantSpeaker(producer) => Some(RouterEvent::ActiveSpeaker {
            observer_id,
            producer_id: name(producer)?,
        }),
    }
}
