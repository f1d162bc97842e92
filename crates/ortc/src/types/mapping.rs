//! How a producer's streams are called inside its router.

use miso_wire::{Pt, Rid, Ssrc};
use serde::{Deserialize, Serialize};

use super::to_json;

/// How payload types and SSRCs of a producer become those of its router.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RtpMapping {
    /// Codecs: media first, then RTX.
    pub codecs: Vec<CodecMapping>,
    /// Encodings, in the producer's order.
    pub encodings: Vec<EncodingMapping>,
}

impl RtpMapping {
    /// The router's payload type for one of the producer's.
    pub fn mapped_payload_type(&self, payload_type: Pt) -> Option<Pt> {
        let mapping = self
            .codecs
            .iter()
            .find(|it| it.payload_type == payload_type)?;
        Some(mapping.mapped_payload_type)
    }
}

/// A payload type of the producer and the router's for the same codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodecMapping {
    /// What the producer sends.
    #[serde(serialize_with = "to_json::pt")]
    pub payload_type: Pt,
    /// What consumers see.
    #[serde(serialize_with = "to_json::pt")]
    pub mapped_payload_type: Pt,
}

/// How one encoding of the producer is recognised, and its name inside the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EncodingMapping {
    /// The SSRC that the producer sends, when known.
    #[serde(
        serialize_with = "to_json::some_ssrc",
        skip_serializing_if = "Option::is_none"
    )]
    pub ssrc: Option<Ssrc>,
    /// The RID that the producer sends, when known.
    #[serde(
        serialize_with = "to_json::some_rid",
        skip_serializing_if = "Option::is_none"
    )]
    pub rid: Option<Rid>,
    /// The SSRC that identifies the encoding inside the router.
    #[serde(serialize_with = "to_json::ssrc")]
    pub mapped_ssrc: Ssrc,
}

/// In how many versions a producer sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProducerType {
    /// One stream without layers.
    Simple,
    /// Several streams.
    Simulcast,
    /// One stream with layers.
    Svc,
}

/// How a consumer chooses among a producer's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsumerType {
    /// There is one.
    Simple,
    /// One stream, switching between the producer's.
    Simulcast,
    /// One stream, up to some layer.
    Svc,
    /// It takes them all.
    Pipe,
}

impl From<ProducerType> for ConsumerType {
    fn from(producer: ProducerType) -> Self {
        match producer {
            ProducerType::Simple => Self::Simple,
            ProducerType::Simulcast => Self::Simulcast,
            ProducerType::Svc => Self::Svc,
        }
    }
}
