//! Dumps of producers (fact sheet 1.11).

use miso_ortc::{MediaKind, ProducerType, RtpMapping, RtpParameters};
use miso_sfu::dump::ProducerDump;
use miso_sfu::stats::StreamStats;
use serde::Serialize;
use serde_json::Value;

use super::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dump<'a> {
    id: &'a str,
    kind: MediaKind,
    #[serde(rename = "type")]
    producer_type: ProducerType,
    rtp_parameters: &'a RtpParameters,
    rtp_mapping: &'a RtpMapping,
    rtp_streams: Vec<Stream<'a>>,
    trace_event_types: [&'static str; 0],
    paused: bool,
}

/// What a dump tells of a stream.
#[derive(Serialize)]
pub(super) struct Stream<'a> {
    params: StreamParams<'a>,
    score: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamParams<'a> {
    ssrc: u32,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtx_ssrc: Option<u32>,
}

impl<'a> From<&'a StreamStats> for Stream<'a> {
    fn from(stats: &'a StreamStats) -> Self {
        Self {
            params: StreamParams {
                ssrc: stats.ssrc.0,
                mime_type: &stats.mime_type,
                rid: stats.rid.map(|rid| rid.to_string()),
                rtx_ssrc: stats.rtx_ssrc.map(|ssrc| ssrc.0),
            },
            score: stats.score,
        }
    }
}

/// The inner state of a producer.
pub(crate) fn producer_dump(id: &str, dump: &ProducerDump) -> Value {
    to_json(&Dump {
        id,
        kind: dump.kind,
        producer_type: dump.producer_type,
        rtp_parameters: &dump.rtp_parameters,
        rtp_mapping: &dump.rtp_mapping,
        rtp_streams: dump.streams.iter().map(Into::into).collect(),
        trace_event_types: [],
        paused: dump.paused,
    })
}
