//! From the SCTP stream of a data producer to that of a data consumer.

use crate::{OrtcError, SctpStreamId, SctpStreamParameters};

/// How a data consumer should differ from its data producer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataConsumerOptions {
    /// Whether messages arrive in order. `true` undoes any limit.
    pub ordered: Option<bool>,
    /// For how long a message is tried, in milliseconds; makes it unordered.
    pub max_packet_life_time: Option<u16>,
    /// How often a message is sent again; makes it unordered.
    pub max_retransmits: Option<u16>,
}

/// The stream of a data consumer: that of its data producer under an id of its own, changed as the options say.
/// A data producer in the same process has no stream; then messages are ordered.
///
/// # Errors
/// As [`SctpStreamParameters::new`].
pub fn data_consumer_stream_parameters(
    producer: Option<&SctpStreamParameters>,
    options: DataConsumerOptions,
    stream_id: SctpStreamId,
) -> Result<SctpStreamParameters, OrtcError> {
    let given = (options.max_packet_life_time, options.max_retransmits);
    let inherited = producer.map_or((None, None), |it| {
        (it.max_packet_life_time, it.max_retransmits)
    });
    let ordered = options
        .ordered
        .unwrap_or_else(|| producer.is_none_or(|it| it.ordered));
    let (ordered, (life_time, retransmits)) = match (options.ordered, given) {
        (Some(true), _) => (true, (None, None)),
        (_, (None, None)) => (ordered, inherited),
        // A limit of one's own replaces the inherited one, of whichever kind that is.
        (_, given) => (false, given),
    };
    SctpStreamParameters::new(stream_id.0, Some(ordered), life_time, retransmits)
}

#[cfg(test)]
mod tests;
