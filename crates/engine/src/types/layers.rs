//! Layers of simulcast and SVC.

use miso_sfu::command::PreferredLayers;
use serde::{Deserialize, Serialize};

/// A spatial and a temporal layer; 0 is the lowest of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerLayers {
    /// Spatial layer.
    pub spatial_layer: u8,
    /// Temporal layer; as a wish, none is the highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal_layer: Option<u8>,
}

impl From<PreferredLayers> for ConsumerLayers {
    fn from(layers: PreferredLayers) -> Self {
        Self {
            spatial_layer: layers.spatial_layer,
            temporal_layer: layers.temporal_layer,
        }
    }
}

impl From<ConsumerLayers> for PreferredLayers {
    fn from(layers: ConsumerLayers) -> Self {
        Self {
            spatial_layer: layers.spatial_layer,
            temporal_layer: layers.temporal_layer,
        }
    }
}

impl From<miso_sfu::event::ConsumerLayers> for ConsumerLayers {
    fn from(layers: miso_sfu::event::ConsumerLayers) -> Self {
        Self {
            spatial_layer: layers.spatial_layer,
            temporal_layer: layers.temporal_layer,
        }
    }
}
