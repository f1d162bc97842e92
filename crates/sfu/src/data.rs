//! Data producers and consumers: messages in, messages out.

use crate::command::{DataType, Subchannels};
use crate::ids::{DataConsumerId, DataProducerId};
use crate::keys::{DataConsumerKey, DataProducerKey, TransportKey};
use crate::sctp::Reliability;
use crate::stats::{DataConsumerStats, DataProducerStats};
use miso_ortc::SctpStreamParameters;
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
        (to.any_of.is_empty() || to.any_of.iter().any(subscribed))
            && to.required.as_ref().is_none_or(subscribed)
            && !to.ignored.as_ref().is_some_and(subscribed)
    }
}
