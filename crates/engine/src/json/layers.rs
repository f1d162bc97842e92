//! Which layers a consumer gets, and why. mediasoup has nothing like it; the names are those of its events and dumps.

use miso_sfu::command::PreferredLayers;
use miso_sfu::event::ConsumerLayers;
use miso_sfu::stats::{LayerLimit, LayerReport};
use serde::Serialize;
use serde_json::Value;

use super::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    preferred: Option<Layers>,
    target: Option<Layers>,
    current: Option<Layers>,
    limited_by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_bitrate: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layers {
    spatial_layer: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal_layer: Option<u8>,
}

impl From<PreferredLayers> for Layers {
    fn from(layers: PreferredLayers) -> Self {
        Self {
            spatial_layer: layers.spatial_layer,
            temporal_layer: layers.temporal_layer,
        }
    }
}

impl From<ConsumerLayers> for Layers {
    fn from(layers: ConsumerLayers) -> Self {
        Self {
            spatial_layer: layers.spatial_layer,
            temporal_layer: layers.temporal_layer,
        }
    }
}

/// The report of a consumer with layers.
pub(crate) fn layers(report: &LayerReport) -> Value {
    to_json(&Report {
        preferred: report.preferred.map(Into::into),
        target: report.target.map(Into::into),
        current: report.current.map(Into::into),
        limited_by: match report.limited_by {
            LayerLimit::None => "none",
            LayerLimit::Preference => "preference",
            LayerLimit::Bandwidth => "bandwidth",
            LayerLimit::Sender => "sender",
            LayerLimit::Paused => "paused",
        },
        available_bitrate: report.available.map(|bitrate| bitrate.0),
    })
}
