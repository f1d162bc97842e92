//! Dumps of consumers (fact sheet 1.12).

use miso_ortc::{ConsumerType, MediaKind, RtpEncodingParameters, RtpParameters};
use miso_sfu::dump::ConsumerDump;
use serde::Serialize;
use serde_json::Value;

use super::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dump<'a> {
    id: &'a str,
    producer_id: &'a str,
    kind: MediaKind,
    #[serde(rename = "type")]
    consumer_type: ConsumerType,
    rtp_parameters: &'a RtpParameters,
    consumable_rtp_encodings: &'a [RtpEncodingParameters],
    supported_codec_payload_types: &'a [u8],
    trace_event_types: [&'static str; 0],
    paused: bool,
    producer_paused: bool,
    priority: u8,
    #[serde(flatten)]
    layers: Option<Layers>,
}

/// Of consumers with layers; -1 means none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layers {
    preferred_spatial_layer: i16,
    preferred_temporal_layer: i16,
    target_spatial_layer: i16,
    target_temporal_layer: i16,
    current_spatial_layer: i16,
    current_temporal_layer: i16,
}

/// The inner state of a consumer, given its and its producer's id.
pub(crate) fn consumer_dump((id, producer_id): (&str, &str), dump: &ConsumerDump) -> Value {
    let number = |layer: Option<u8>| layer.map_or(-1, i16::from);
    let has_layers = matches!(
        dump.consumer_type,
        ConsumerType::Simulcast | ConsumerType::Svc
    );
    let layers = has_layers.then(|| Layers {
        preferred_spatial_layer: number(dump.preferred_layers.map(|it| it.spatial_layer)),
        preferred_temporal_layer: number(dump.preferred_layers.and_then(|it| it.temporal_layer)),
        target_spatial_layer: number(dump.target_spatial_layer),
        target_temporal_layer: number(dump.target_temporal_layer),
        current_spatial_layer: number(dump.current_spatial_layer),
        current_temporal_layer: number(dump.current_temporal_layer),
    });
    to_json(&Dump {
        id,
        producer_id,
        kind: dump.kind,
        consumer_type: dump.consumer_type,
        rtp_parameters: &dump.rtp_parameters,
        consumable_rtp_encodings: &dump.consumable_rtp_encodings,
        supported_codec_payload_types: &dump.supported_codec_payload_types,
        trace_event_types: [],
        paused: dump.paused,
        producer_paused: dump.producer_paused,
        priority: dump.priority,
        layers,
    })
}
