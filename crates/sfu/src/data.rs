//! Data producers and consumers: messages in, messages out.

use crate::command::{DataType, MessagePayload, Subchannels};
use crate::ids::{DataConsumerId, DataProducerId};
use crate::keys::{DataConsumerKey, DataProducerKey, TransportKey};
use crate::sctp::Reliability;
use crate::stats::{DataConsumerStats, DataProducerStats};
use miso_ortc::SctpStreamParameters;
use miso_wire::{SubchannelPrefix, prefix_subchannels};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

/// Inbound messages of one SCTP stream, or of this process.
#[derive(Debug)]
pub(crate) struct DataProducer {
    pub(crate) id: DataProducerId,
    pub(crate) transport: TransportKey,
    pub(crate) data_type: DataType,
    pub(crate) parameters: Option<SctpStreamParameters>,
    pub(crate) label: String,
    pub(crate) protocol: String,
    pub(crate) paused: bool,
    /// Who forwards it.
    pub(crate) consumers: Vec<DataConsumerKey>,
    pub(crate) stats: DataProducerStats,
}

impl DataProducer {
    /// Its SCTP stream.
    pub(crate) fn stream_id(&self) -> Option<u16> {
        self.parameters
            .as_ref()
            .map(|parameters| parameters.stream_id.0)
    }
}

/// Outbound messages to one SCTP stream, or to this process.
#[derive(Debug)]
pub(crate) struct DataConsumer {
    pub(crate) id: DataConsumerId,
    pub(crate) data_producer: DataProducerKey,
    pub(crate) data_producer_id: DataProducerId,
    pub(crate) transport: TransportKey,
    pub(crate) data_type: DataType,
    pub(crate) parameters: Option<SctpStreamParameters>,
    pub(crate) label: String,
    pub(crate) protocol: String,
    pub(crate) paused: bool,
    pub(crate) data_producer_paused: bool,
    pub(crate) subchannels: BTreeSet<u16>,
    /// Whether its messages go to another router, which decides anew whom they are for.
    pub(crate) is_piped: bool,
    pub(crate) stats: DataConsumerStats,
    /// Bytes at or below which the owner is told that the queue is low.
    pub(crate) low_threshold: usize,
}

impl DataConsumer {
    /// Its SCTP stream.
    pub(crate) fn stream_id(&self) -> Option<u16> {
        self.parameters
            .as_ref()
            .map(|parameters| parameters.stream_id.0)
    }

    /// How much is done to get its messages through.
    pub(crate) fn reliability(&self) -> Reliability {
        let Some(parameters) = &self.parameters else {
            return Reliability::ORDERED;
        };
        Reliability {
            ordered: parameters.ordered,
            max_packet_life_time: parameters
                .max_packet_life_time
                .map(|ms| Duration::from_millis(ms.into())),
            max_retransmits: parameters.max_retransmits,
        }
    }

    /// Whether a message is for it (fact sheet 1.14, *Subchannels*).
    pub(crate) fn wants(&self, to: &Subchannels) -> bool {
        let subscribed = |subchannel: &u16| self.subchannels.contains(subchannel);
        if self.is_piped && self.subchannels.is_empty() {
            return true;
        }
        (to.any_of.is_empty() || to.any_of.iter().any(subscribed))
            && to.required.as_ref().is_none_or(subscribed)
            && (self.is_piped || !to.ignored.as_ref().is_some_and(subscribed))
    }

    /// A message that it wants as its peer gets it: to another router with a prefix that says whom it is for, if that
    /// is not everyone (fact sheet 4.9).
    pub(crate) fn encode<'a>(
        &self,
        message: &'a MessagePayload,
        to: &Subchannels,
    ) -> Cow<'a, [u8]> {
        let bytes = &message.bytes[..];
        let is_for_all = to.any_of.is_empty() && to.required.is_none() && to.ignored.is_none();
        if !self.is_piped || (is_for_all && !SubchannelPrefix::begins(bytes)) {
            return Cow::Borrowed(bytes);
        }
        let wanted = |it: &&u16| self.subchannels.is_empty() || self.subchannels.contains(it);
        let any_of: Vec<u16> = to.any_of.iter().filter(wanted).copied().collect();
        Cow::Owned(prefix_subchannels(
            &any_of,
            (to.required, to.ignored),
            bytes,
        ))
    }
}
