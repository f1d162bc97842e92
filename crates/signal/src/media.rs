//! Media and transport objects that `miso-ortc` does not have.

mod app_data;
mod dtls;
mod ice;

use serde::{Deserialize, Serialize};

pub use app_data::AppData;
pub(crate) use app_data::SCREEN;
pub use dtls::{DtlsFingerprint, DtlsParameters, DtlsRole, FingerprintAlgorithm};
pub use ice::{IceCandidate, IceParameters, TransportProtocol};

/// How well a consumer is served, each from 0 to 10.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerScore {
    /// Its own stream.
    pub score: u8,
    /// The stream of the producer that it gets at present; 0 when there is none.
    pub producer_score: u8,
    /// All streams of the producer.
    pub producer_scores: Vec<u8>,
}

/// How well one stream of a producer arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct ProducerScore {
    /// Which of its encodings.
    pub encoding_idx: u32,
    /// The SSRC.
    pub ssrc: u32,
    /// The RID, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// From 0 to 10.
    pub score: u8,
}

/// Layers of a stream, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Layers {
    /// The spatial one.
    pub spatial_layer: u8,
    /// The temporal one.
    pub temporal_layer: u8,
}

#[cfg(test)]
mod tests;
