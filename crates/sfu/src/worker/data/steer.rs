//! Pausing, thresholds and subchannels of data producers and consumers.

use super::{Answer, gone};
use crate::command::Response;
use crate::data::DataConsumer;
use crate::error::CommandError;
use crate::event::{DataConsumerEvent, Event};
use crate::keys::{DataConsumerKey, DataProducerKey};
use crate::sctp::StreamId;
use crate::worker::Worker;
use std::time::Instant;

/// Subchannels that one data consumer may be subscribed to.
const MAX_SUBCHANNELS: usize = 65_536;

impl Worker {
    /// Pauses or resumes a data producer.
    pub(in crate::worker) fn pause_data_producer(
        &mut self,
        key: DataProducerKey,
        paused: bool,
    ) -> Answer {
        let producer = self.objects.data_producers.get_mut(key).ok_or_else(gone)?;
        if producer.paused == paused {
            return Ok(Response::Done);
        }
        producer.paused = paused;
        for consumer in producer.consumers.clone() {
            if let Some(consumer) = self.objects.data_consumers.get_mut(consumer) {
                consumer.data_producer_paused = paused;
                let event = if paused {
                    DataConsumerEvent::DataProducerPause
                } else {
                    DataConsumerEvent::DataProducerResume
                };
                self.events
                    .push_back(Event::DataConsumer(consumer.id, event));
            }
        }
        Ok(Response::Done)
    }

    /// Pauses or resumes a data consumer.
    pub(in crate::worker) fn pause_data_consumer(
        &mut self,
        key: DataConsumerKey,
        paused: bool,
    ) -> Answer {
        self.data_consumer_mut(key)?.paused = paused;
        Ok(Response::Done)
    }

    /// Bytes that wait in the data consumer's stream.
    pub(in crate::worker) fn buffered_amount(&self, key: DataConsumerKey) -> Answer {
        let consumer = self.objects.data_consumers.get(key).ok_or_else(gone)?;
        let sctp = self
            .objects
            .transports
            .get(consumer.transport)
            .and_then(|transport| transport.sctp.as_ref());
        match (sctp, consumer.stream_id()) {
            (Some(sctp), Some(stream)) => Ok(Response::BufferedAmount(
                sctp.association.buffered_amount(StreamId(stream)),
            )),
            _ => Err(CommandError::type_error("invalid DataConsumer type")),
        }
    }

    /// Sets the level at which the owner is told that the queue is low.
    pub(in crate::worker) fn set_low_threshold(
        &mut self,
        key: DataConsumerKey,
        bytes: usize,
        now: Instant,
    ) -> Answer {
        let consumer = self.data_consumer_mut(key)?;
        let (transport_key, stream) = (consumer.transport, consumer.stream_id());
        let Some(stream) = stream else {
            return Err(CommandError::type_error("invalid DataConsumer type"));
        };
        consumer.low_threshold = bytes;
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        let sctp = transport
            .sctp
            .as_mut()
            .ok_or_else(|| CommandError::error("SCTP not enabled"))?;
        sctp.association
            .set_buffered_amount_low_threshold(StreamId(stream), bytes, now);
        self.queue_sctp(transport_key);
        Ok(Response::Done)
    }

    /// Replaces the subchannels.
    pub(in crate::worker) fn set_subchannels(
        &mut self,
        key: DataConsumerKey,
        list: Vec<u16>,
    ) -> Answer {
        let consumer = self.data_consumer_mut(key)?;
        consumer.subchannels = list.into_iter().take(MAX_SUBCHANNELS).collect();
        Ok(Response::Subchannels(
            consumer.subchannels.iter().copied().collect(),
        ))
    }

    /// Adds a subchannel.
    pub(in crate::worker) fn add_subchannel(
        &mut self,
        key: DataConsumerKey,
        subchannel: u16,
    ) -> Answer {
        let consumer = self.data_consumer_mut(key)?;
        consumer.subchannels.insert(subchannel);
        Ok(Response::Subchannels(
            consumer.subchannels.iter().copied().collect(),
        ))
    }

    /// Removes a subchannel.
    pub(in crate::worker) fn remove_subchannel(
        &mut self,
        key: DataConsumerKey,
        subchannel: u16,
    ) -> Answer {
        let consumer = self.data_consumer_mut(key)?;
        consumer.subchannels.remove(&subchannel);
        Ok(Response::Subchannels(
            consumer.subchannels.iter().copied().collect(),
        ))
    }

    fn data_consumer_mut(
        &mut self,
        key: DataConsumerKey,
    ) -> Result<&mut DataConsumer, CommandError> {
        self.objects.data_consumers.get_mut(key).ok_or_else(gone)
    }
}
