//! Messages from data producers to data consumers.

use super::Worker;
use crate::command::{ConsumeData, DataType, MessagePayload, ProduceData, Response, Subchannels};
use crate::data::{DataConsumer, DataProducer};
use crate::drops::DropReason;
use crate::error::CommandError;
use crate::event::{DataConsumerEvent, Event};
use crate::ids::{DataConsumerId, DataProducerId, RouterId};
use crate::keys::{DataConsumerKey, DataProducerKey, TransportKey};
use crate::sctp::{OutgoingMessage, Ppid, SendError, StreamId};
use crate::transport::{Kind, Transport};
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
        self.queue_sctp(transport_key);
        Ok(Response::Done)
    }

    /// Makes a data consumer.
    pub(super) fn consume_data(
        &mut self,
        transport_key: TransportKey,
        id: DataConsumerId,
        options: ConsumeData,
    ) -> Answer {
        if self.names.data_consumers.contains_key(&id) {
            return Err(CommandError::error(
                "a DataConsumer with same dataConsumerId already exists",
            ));
        }
        let producer_key = self.data_producer_key(options.data_producer_id)?;
        let same_router =
            self.router_of_transport(transport_key) == self.router_of_data_producer(producer_key);
        if !same_router {
            return Err(CommandError::not_found("DataProducer not found"));
        }
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
            is_piped: transport.pipe().is_some(),
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
        self.queue_sctp(transport_key);
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
            let delivered = if wants {
                self.deliver(consumer, message, to, now)
            } else {
                Ok(())
            };
            if let Some(reason) = delivered.err().and_then(NotSent::drop_reason) {
                self.drops.count(reason);
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
        self.deliver(key, message, &Subchannels::default(), now)?;
        self.buffered_amount(key)
    }

    fn deliver(
        &mut self,
        key: DataConsumerKey,
        message: &MessagePayload,
        to: &Subchannels,
        now: Instant,
    ) -> Result<(), NotSent> {
        let consumer = self.objects.data_consumers.get_mut(key);
        let consumer = consumer.ok_or(NotSent::Inactive)?;
        let transport_key = consumer.transport;
        let transport = self.objects.transports.get_mut(transport_key);
        let transport = transport.ok_or(NotSent::Inactive)?;
        if consumer.paused || consumer.data_producer_paused {
            return Err(NotSent::Inactive);
        }
        let len = message.bytes.len();
        match (&transport.kind, &mut transport.sctp, consumer.stream_id()) {
            (Kind::Direct(options), _, _) => {
                let max = options.max_send_message_size;
                if len > max {
                    return Err(NotSent::TooLong { max, len });
                }
                let event = DataConsumerEvent::Message(message.clone());
                if !self
                    .events
                    .push_bulk(Event::DataConsumer(consumer.id, event))
                {
                    return Err(NotSent::BufferFull);
                }
            }
            (_, Some(sctp), Some(stream)) => {
                let payload = consumer.encode(message, to);
                let outgoing = OutgoingMessage {
                    stream_id: StreamId(stream),
                    ppid: Ppid(message.ppid),
                    payload: &payload,
                };
                let sent = sctp.association.send(outgoing, consumer.reliability(), now);
                if sent == Err(SendError::BufferFull) {
                    let event = DataConsumerEvent::SctpSendBufferFull;
                    self.events
                        .push_bulk(Event::DataConsumer(consumer.id, event));
                }
                let max = sctp.options.max_send_message_size;
                sent.map_err(|error| NotSent::of(error, max, payload.len()))?;
            }
            _ => return Err(NotSent::Failed),
        }
        consumer.stats.messages_sent += 1;
        consumer.stats.bytes_sent += len as u64;
        self.queue_sctp(transport_key);
        Ok(())
    }

    fn router_of_data_producer(&self, key: DataProducerKey) -> Option<RouterId> {
        let producer = self.objects.data_producers.get(key)?;
        self.router_of_transport(producer.transport)
    }
}

/// Why a data consumer did not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotSent {
    /// It or its data producer is paused, or it is closed.
    Inactive,
    /// The message is longer than the transport sends. Bytes.
    TooLong { max: usize, len: usize },
    /// Too much waits already.
    BufferFull,
    /// The message is empty or the association is over.
    Failed,
}

impl NotSent {
    fn of(error: SendError, max: usize, len: usize) -> Self {
        match error {
            SendError::BufferFull => Self::BufferFull,
            SendError::TooLong => Self::TooLong { max, len },
            SendError::Empty | SendError::Closed => Self::Failed,
        }
    }

    /// What it counts as; a pause is no loss.
    const fn drop_reason(self) -> Option<DropReason> {
        match self {
            Self::Inactive => None,
            Self::TooLong { .. } => Some(DropReason::MessageTooLong),
            Self::BufferFull | Self::Failed => Some(DropReason::MessageNotSent),
        }
    }
}

impl From<NotSent> for CommandError {
    fn from(not_sent: NotSent) -> Self {
        match not_sent {
            NotSent::TooLong { max, len } => Self::type_error(too_long(max, len)),
            NotSent::BufferFull => Self::error("sctpsendbufferfull"),
            NotSent::Inactive | NotSent::Failed => Self::error("message send failed"),
        }
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
