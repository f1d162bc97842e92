//! Statistics and dumps of data producers and data consumers (fact sheet 1.14).

use miso_ortc::SctpStreamParameters;
use miso_sfu::command::DataType;
use miso_sfu::dump::{DataConsumerDump, DataProducerDump};
use miso_sfu::stats::{DataConsumerStats, DataProducerStats};
use serde::Serialize;
use serde_json::{Value, json};

use super::to_json;

/// The statistics of a data producer, given its label and subprotocol.
pub(crate) fn data_producer_stats(
    timestamp: u64,
    (label, protocol): (&str, &str),
    stats: DataProducerStats,
) -> Value {
    json!({
        "type": "data-producer",
        "timestamp": timestamp,
        "label": label,
        "protocol": protocol,
        "messagesReceived": stats.messages_received,
        "bytesReceived": stats.bytes_received,
    })
}

/// The statistics of a data consumer, given its label and subprotocol.
pub(crate) fn data_consumer_stats(
    timestamp: u64,
    (label, protocol): (&str, &str),
    stats: DataConsumerStats,
) -> Value {
    json!({
        "type": "data-consumer",
        "timestamp": timestamp,
        "label": label,
        "protocol": protocol,
        "messagesSent": stats.messages_sent,
        "bytesSent": stats.bytes_sent,
        "bufferedAmount": stats.buffered_amount,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProducerDump<'a> {
    id: &'a str,
    paused: bool,
    #[serde(rename = "type")]
    data_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sctp_stream_parameters: Option<&'a SctpStreamParameters>,
    label: &'a str,
    protocol: &'a str,
}

/// The inner state of a data producer.
pub(crate) fn data_producer_dump(id: &str, dump: &DataProducerDump) -> Value {
    to_json(&ProducerDump {
        id,
        paused: dump.paused,
        data_type: name(dump.data_type),
        sctp_stream_parameters: dump.sctp_stream_parameters.as_ref(),
        label: &dump.label,
        protocol: &dump.protocol,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsumerDump<'a> {
    id: &'a str,
    paused: bool,
    data_producer_paused: bool,
    subchannels: &'a [u16],
    data_producer_id: &'a str,
    #[serde(rename = "type")]
    data_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sctp_stream_parameters: Option<&'a SctpStreamParameters>,
    label: &'a str,
    protocol: &'a str,
    buffered_amount: usize,
    buffered_amount_low_threshold: usize,
}

/// The inner state of a data consumer, given its and its data producer's id.
pub(crate) fn data_consumer_dump(
    (id, data_producer_id): (&str, &str),
    dump: &DataConsumerDump,
) -> Value {
    to_json(&ConsumerDump {
        id,
        paused: dump.paused,
        data_producer_paused: dump.data_producer_paused,
        subchannels: &dump.subchannels,
        data_producer_id,
        data_type: name(dump.data_type),
        sctp_stream_parameters: dump.sctp_stream_parameters.as_ref(),
        label: &dump.label,
        protocol: &dump.protocol,
        buffered_amount: dump.buffered_amount,
        buffered_amount_low_threshold: dump.buffered_amount_low_threshold,
    })
}

const fn name(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Sctp => "sctp",
        DataType::Direct => "direct",
    }
}
