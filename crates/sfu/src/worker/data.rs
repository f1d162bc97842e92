//! Messages from data producers to data consumers.

use super::Worker;
use crate::command::{ConsumeData, DataType, MessagePayload, ProduceData, Response, Subchannels};
use crate::data::{DataConsumer, DataProducer};
use crate::drops::DropReason;
use crate::error::CommandError;
use crate::event::{DataConsumerEvent, Event};
use crate::ids::{DataConsumerId, DataProducerId};
use crate::keys::{DataConsumerKey, DataProducerKey, TransportKey};
use crate::sctp::{OutgoingMessage, Ppid, SendError, StreamId};
use crate::transport::Transport;
use miso_ortc::SctpStreamParameters;
use std::time::Instant;

mod association;
mod steer;

type Answer = Result<Response, CommandError>;

impl Worker {
    /// Makes a data producer.
    pub(super) fn produce_data(
        &mut self,
        transport_key: TransportKey,
        id: DataProducerId,
        options: ProduceData,
        now: Instant,
    ) -> Answer {
        if self.names.data_producers.contains_key(&id) {
            return Err(CommandError::error(
                "a DataProducer with same dataProducerId already exists",
            ));
        }
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        let (data_type, parameters) = stream_for(transport, options.sctp_stream_parameters)?;
        let producer = DataProducer {
            id,
            transport: transport_key,
            data_type,
            parameters,
            label: options.label,
            protocol: options.protocol,
            paused: options.paused,
            consumers: Vec::new(),
            stats: Default::default(),
        };
        if let (Some(sctp), Some(stream)) = (&mut transport.sctp, producer.stream_id()) {
            if sctp.producers.contains_key(&stream) {
                return Err(CommandError::error(format!(
                    "streamId already exists in SCTP listener [streamId:{stream}]"
                )));
            }
            let key = self.objects.data_producers.insert(producer);
            sctp.producers.insert(stream, key);
            sctp.wanted = true;
            transport.data_producers.push(key);
            self.names.data_producers.insert(id, key);
        } else {
            let key = self.objects.data_producers.insert(producer);
            transport.data_producers.push(key);
            self.names.data_producers.insert(id, key);
        }
        self.drive_sctp(transport_key, now);
        Ok(Response::Done)
    }

    /// Makes a data consumer.
    pub(super) fn consume_data(
        &mut self,
        transport_key: TransportKey,
        id: DataConsumerId,
        options: ConsumeData,
        now: Instant,
    ) -> Answer {
        if self.names.data_consumers.contains_key(&id) {
            return Err(CommandError::error(
                "a DataConsumer with same dataConsumerId already exists",
            ));
        }
        let producer_key = self.data_producer_key(options.data_producer_id)?;
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        let producer = self
            .objects
            .data_producers
            .get_mut(producer_key)
            .ok_or_else(gone)?;
        let (data_type, parameters) = stream_for(transport, options.sctp_stream_parameters)?;
        let consumer = DataConsumer {
            id,
            data_producer: producer_key,
            data_producer_id: options.data_producer_id,
            transport: transport_key,
            data_type,
            parameters,
            label: options.label,
            protocol: options.protocol,
            paused: options.paused,
            data_producer_paused: producer.paused,
            subchannels: options.subchannels.into_iter().collect(),
            stats: Default::default(),
            low_threshold: transport.sctp.as_ref().map_or(0, |sctp| {
                sctp.options.default_stream_buffered_amount_low_threshold
            }),
        };
        let stream = consumer.stream_id();
        if let (Some(sctp), Some(stream)) = (&transport.sctp, stream)
            && sctp.consumers.contains_key(&stream)
        {
            return Err(CommandError::error(format!(
                "an SCTP DataConsumer with same streamId {stream} already exists"
            )));
        }
        let key = self.objects.data_consumers.insert(consumer);
        if let (Some(sctp), Some(stream)) = (&mut transport.sctp, stream) {
            sctp.consumers.insert(stream, key);
            sctp.wanted = true;
        }
        transport.data_consumers.push(key);
        producer.consumers.push(key);
        self.names.data_consumers.insert(id, key);
        self.drive_sctp(transport_key, now);
        Ok(Response::Done)
    }

    /// Sends a message of this process through a data producer of a direct transport.
    pub(super) fn send_from_data_producer(
        &mut self,
        key: DataProducerKey,
        message: &MessagePayload,
        to: &Subchannels,
        now: Instant,
    ) -> Answer {
        let producer = self.objects.data_producers.get(key).ok_or_else(gone)?;
        if producer.data_type != DataType::Direct {
            return Err(CommandError::type_error("invalid DataProducer type"));
        }
        let transport = self
            .objects
            .transports
            .get(producer.transport)
            .ok_or_else(gone)?;
        let max = transport.max_receive_message_size();
        if message.bytes.len() > max {
            return Err(CommandError::type_error(too_long(max, message.bytes.len())));
        }
        self.route_message(key, message, to, now);
        Ok(Response::Done)
    }

    /// Forwards a message to all data consumers that want it.
    fn route_message(
        &mut self,
        key: DataProducerKey,
        message: &MessagePayload,
        to: &Subchannels,
        now: Instant,
    ) {
        let Some(producer) = self.objects.data_producers.get_mut(key) else {
            return;
        };
        producer.stats.messages_received += 1;
        producer.stats.bytes_received += message.bytes.len() as u64;
        if producer.paused {
            return;
        }
        let mut index = 0;
        while let Some(consumer) = self
            .objects
            .data_producers
            .get(key)
            .and_then(|p| p.consumers.get(index).copied())
        {
            let wants = self
                .objects
                .data_consumers
                .get(consumer)
                .is_some_and(|consumer| consumer.wants(to));
            if wants && self.deliver(consumer, message, now).is_err() {
                self.drops.count(DropReason::MessageNotSent);
            }
            index += 1;
        }
    }

    /// Sends a message of the owner's own through a data consumer.
    pub(super) fn send_to_data_consumer(
        &mut self,
        key: DataConsumerKey,
        message: &MessagePayload,
        now: Instant,
    ) -> Answer {
        let consumer = self.objects.data_consumers.get(key).ok_or_else(gone)?;
        if consumer.data_type != DataType::Sctp {
            return Err(CommandError::type_error("invalid DataConsumer type"));
        }
        self.deliver(key, message, now)?;
        self.buffered_amount(key)
    }

    fn deliver(
        &mut self,
        key: DataConsumerKey,
        message: &MessagePayload,
        now: Instant,
    ) -> Result<(), CommandError> {
        let consumer = self.objects.data_consumers.get_mut(key).ok_or_else(gone)?;
        let transport_key = consumer.transport;
        let transport = self
            .objects
            .transports
            .get_mut(transport_key)
            .ok_or_else(gone)?;
        if consumer.paused || consumer.data_producer_paused {
            return Err(CommandError::error("message send failed"));
        }
        let Some(stream) = consumer.stream_id() else {
            consumer.stats.messages_sent += 1;
            consumer.stats.bytes_sent += message.bytes.len() as u64;
            self.events.push_back(Event::DataConsumer(
                consumer.id,
                DataConsumerEvent::Message(message.clone()),
            ));
            return Ok(());
        };
        let sctp = transport
            .sctp
            .as_mut()
            .ok_or_else(|| CommandError::error("SCTP not enabled"))?;
        let outgoing = OutgoingMessage {
            stream_id: StreamId(stream),
            ppid: Ppid(message.ppid),
            payload: &message.bytes,
        };
        let sent = sctp.association.send(outgoing, consumer.reliability(), now);
        match sent {
            Ok(()) => {
                consumer.stats.messages_sent += 1;
                consumer.stats.bytes_sent += message.bytes.len() as u64;
            }
            Err(SendError::BufferFull) => {
                self.events.push_back(Event::DataConsumer(
                    consumer.id,
                    DataConsumerEvent::SctpSendBufferFull,
                ));
                return Err(CommandError::error("sctpsendbufferfull"));
            }
            Err(SendError::TooLong) => {
                let max = sctp.options.max_send_message_size;
                return Err(CommandError::type_error(too_long(max, message.bytes.len())));
            }
            Err(SendError::Empty | SendError::Closed) => {
                return Err(CommandError::error("message send failed"));
            }
        }
        self.drive_sctp(transport_key, now);
        Ok(())
    }
}

/// Type and SCTP stream of a data producer or consumer on a transport.
fn stream_for(
    transport: &Transport,
    parameters: Option<SctpStreamParameters>,
) -> Result<(DataType, Option<SctpStreamParameters>), CommandError> {
    if transport.is_direct() {
        return Ok((DataType::Direct, None));
    }
    if transport.sctp.is_none() {
        return Err(CommandError::error(
            "SCTP not enabled and not a direct Transport",
        ));
    }
    let parameters =
        parameters.ok_or_else(|| CommandError::type_error("missing sctpStreamParameters"))?;
    if parameters.stream_id.0 > 65_534 {
        return Err(CommandError::type_error(
            "streamId must not be greater than 65534",
        ));
    }
    Ok((DataType::Sctp, Some(parameters)))
}

fn too_long(max: usize, len: usize) -> String {
    format!("given message exceeds maxMessageSize value [maxMessageSize:{max}, len:{len}]")
}

/// The table entry of a key that a name led to is missing; only a bug can cause it.
pub(super) fn gone() -> CommandError {
    CommandError::not_found("object is closed")
}
