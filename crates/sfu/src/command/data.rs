use crate::ids::DataProducerId;
use miso_ortc::SctpStreamParameters;
use miso_wire::{BadPrefix, SubchannelPrefix};
use std::sync::Arc;

/// Where messages come from or go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// An SCTP stream of the peer.
    Sctp,
    /// This process.
    Direct,
}

/// How a data producer is made (fact sheet 1.14).
#[derive(Clone, Debug)]
pub struct ProduceData {
    /// The SCTP stream; required unless the transport is direct.
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Label of the DataChannel.
    pub label: String,
    /// Subprotocol of the DataChannel.
    pub protocol: String,
    /// Whether it starts paused.
    pub paused: bool,
}

/// How a data consumer is made (fact sheet 1.14).
#[derive(Clone, Debug)]
pub struct ConsumeData {
    /// What to forward; any data producer of the same router.
    pub data_producer_id: DataProducerId,
    /// The SCTP stream; required unless the transport is direct.
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Label of the DataChannel.
    pub label: String,
    /// Subprotocol of the DataChannel.
    pub protocol: String,
    /// Whether it starts paused.
    pub paused: bool,
    /// Subchannels to start with.
    pub subchannels: Vec<u16>,
}

/// A message as SCTP carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePayload {
    /// Payload protocol identifier (RFC 8831, section 8): 51 text, 53 binary, 56 and 57 their empty forms.
    pub ppid: u32,
    /// The bytes, unchanged.
    pub bytes: Arc<[u8]>,
}

/// To which subscribers a message goes (fact sheet 1.14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subchannels {
    /// Goes to who is subscribed to at least one of these; empty: to everyone.
    pub any_of: Vec<u16>,
    /// Goes only to who is subscribed to this one too.
    pub required: Option<u16>,
    /// Goes to nobody who is subscribed to this one.
    pub ignored: Option<u16>,
}

impl Subchannels {
    /// Whom a message of another router is for, and the message without the prefix that says so.
    pub(crate) fn split_off(message: &[u8]) -> Result<(Self, &[u8]), BadPrefix> {
        let (prefix, rest) = SubchannelPrefix::parse(message)?;
        let to = Self {
            any_of: prefix.any_of().collect(),
            required: prefix.required,
            ignored: prefix.ignored,
        };
        Ok((to, rest))
    }
}

/// Requests to a data producer.
#[derive(Debug)]
pub enum DataProducerCommand {
    /// Stops forwarding.
    Pause,
    /// Goes on forwarding.
    Resume,
    /// Sends a message as if it had arrived; on direct transports only.
    Send(MessagePayload, Subchannels),
    /// Answered with [`Response::DataProducerDump`](super::Response::DataProducerDump).
    Dump,
    /// Answered with [`Response::DataProducerStats`](super::Response::DataProducerStats).
    GetStats,
}

/// Requests to a data consumer.
#[derive(Debug)]
pub enum DataConsumerCommand {
    /// Stops forwarding.
    Pause,
    /// Goes on forwarding.
    Resume,
    /// Sends a message of one's own; answered with [`Response::BufferedAmount`](super::Response::BufferedAmount).
    Send(MessagePayload),
    /// Answered with [`Response::BufferedAmount`](super::Response::BufferedAmount).
    GetBufferedAmount,
    /// Bytes at or below which [`DataConsumerEvent::BufferedAmountLow`](crate::event::DataConsumerEvent) is told.
    SetBufferedAmountLowThreshold(usize),
    /// Replaces the list; answered with [`Response::Subchannels`](super::Response::Subchannels).
    SetSubchannels(Vec<u16>),
    /// Adds one; answered with [`Response::Subchannels`](super::Response::Subchannels).
    AddSubchannel(u16),
    /// Removes one; answered with [`Response::Subchannels`](super::Response::Subchannels).
    RemoveSubchannel(u16),
    /// Answered with [`Response::DataConsumerDump`](super::Response::DataConsumerDump).
    Dump,
    /// Answered with [`Response::DataConsumerStats`](super::Response::DataConsumerStats).
    GetStats,
}
