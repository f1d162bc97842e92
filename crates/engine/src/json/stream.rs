//! Statistics of RTP streams (fact sheet 1.13).

use std::collections::BTreeMap;

use miso_ortc::MediaKind;
use miso_sfu::stats::{StreamDirection, StreamStats};
use serde::Serialize;
use serde_json::Value;

use super::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stream<'a> {
    #[serde(rename = "type")]
    kind_of_stats: &'static str,
    timestamp: u64,
    ssrc: u32,
    kind: MediaKind,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtx_ssrc: Option<u32>,
    packets_lost: u32,
    fraction_lost: u8,
    jitter: u32,
    packets_discarded: u64,
    packets_retransmitted: u64,
    packets_repaired: u64,
    nack_count: u64,
    nack_packet_count: u64,
    pli_count: u64,
    fir_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trip_time: Option<f64>,
    rtx_packets_discarded: u64,
    score: u8,
    packet_count: u64,
    byte_count: u64,
    bitrate: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate_by_layer: Option<BTreeMap<&'a str, u64>>,
}

/// The statistics of streams, in their order.
pub(crate) fn stream_stats(timestamp: u64, streams: &[StreamStats]) -> Vec<Value> {
    streams
        .iter()
        .map(|stream| to_json(&of(timestamp, stream)))
        .collect()
}

fn of(timestamp: u64, stats: &StreamStats) -> Stream<'_> {
    let layers = stats.bitrate_by_layer.iter();
    let by_layer = layers.map(|(layer, bitrate)| (layer.as_str(), bitrate.0));
    let (kind_of_stats, bitrate_by_layer) = match stats.direction {
        StreamDirection::Recv => ("inbound-rtp", Some(by_layer.collect())),
        StreamDirection::Send => ("outbound-rtp", None),
    };
    Stream {
        kind_of_stats,
        timestamp,
        ssrc: stats.ssrc.0,
        kind: stats.kind,
        mime_type: &stats.mime_type,
        rid: stats.rid.map(|rid| rid.to_string()),
        rtx_ssrc: stats.rtx_ssrc.map(|ssrc| ssrc.0),
        packets_lost: stats.packets_lost,
        fraction_lost: stats.fraction_lost,
        jitter: stats.jitter,
        packets_discarded: stats.packets_discarded,
        packets_retransmitted: stats.packets_retransmitted,
        packets_repaired: stats.packets_repaired,
        nack_count: stats.nack_count,
        nack_packet_count: stats.nack_packet_count,
        pli_count: stats.pli_count,
        fir_count: stats.fir_count,
        round_trip_time: stats.round_trip_time,
        rtx_packets_discarded: stats.rtx_packets_discarded,
        score: stats.score,
        packet_count: stats.packet_count,
        byte_count: stats.byte_count,
        bitrate: stats.bitrate.0,
        bitrate_by_layer,
    }
}
