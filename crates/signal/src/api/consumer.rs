//! Media that broadcasters receive, and how theirs is received.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use miso_ortc::{ConsumerType, MediaKind, RtpCapabilities, RtpParameters};

use crate::{ConsumerId, ConsumerScore, Layers, PeerId, ProducerId, TransportId};

use super::{number, schema};

/// Receive media.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateConsumer {
    /// The transport to receive on.
    #[schemars(schema_with = "schema::id")]
    pub transport_id: TransportId,
    /// What to receive.
    #[schemars(schema_with = "schema::id")]
    pub producer_id: ProducerId,
    /// Whether it starts paused.
    #[serde(default)]
    pub paused: Option<bool>,
    /// What the client can receive, where that is not what the broadcaster was made with.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_rtp_capabilities")]
    pub rtp_capabilities: Option<RtpCapabilities>,
}

/// The new consumer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerCreated {
    /// Its id.
    #[schemars(with = "String")]
    pub id: ConsumerId,
    /// The same, as newer clients call it.
    #[schemars(with = "String")]
    pub consumer_id: ConsumerId,
    /// What it receives.
    #[schemars(with = "String")]
    pub producer_id: ProducerId,
    /// Audio or video.
    #[schemars(schema_with = "schema::kind")]
    pub kind: MediaKind,
    /// How it arrives.
    #[schemars(schema_with = "schema::rtp_parameters")]
    pub rtp_parameters: RtpParameters,
    /// `simple`, `simulcast`, `svc` or `pipe`.
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    pub consumer_type: ConsumerType,
    /// Whether the producer is paused.
    pub producer_paused: bool,
}

/// Layers that a client would like best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreferredLayers {
    /// Spatial.
    #[serde(deserialize_with = "number::whole")]
    pub spatial_layer: u8,
    /// Temporal; the highest where it is not given.
    #[serde(default, deserialize_with = "number::maybe_whole")]
    pub temporal_layer: Option<u8>,
}

/// How important a consumer is among its broadcaster's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Priority {
    /// From 1 to 255, the most important.
    #[serde(deserialize_with = "priority")]
    #[schemars(range(min = 1))]
    pub priority: u8,
}

fn priority<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    match number::whole(from)? {
        0 => Err(D::Error::custom("priority must be from 1 to 255")),
        priority => Ok(priority),
    }
}

/// How a producer is received.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ConsumerReports {
    /// By whom.
    pub consumers: Vec<ConsumerReport>,
}

/// How a producer is received by one peer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerReport {
    /// The consumer.
    pub id: String,
    /// Who receives.
    #[schemars(with = "String")]
    pub peer_id: PeerId,
    /// Whether it is paused.
    pub paused: bool,
    /// How well, from 0 to 10.
    #[schemars(schema_with = "schema::object")]
    pub score: ConsumerScore,
    /// Bits per second that it is sent.
    pub bitrate: u64,
    /// Packets that it was sent.
    pub packet_count: u64,
    /// Packets that it says it lost.
    pub packets_lost: i64,
    /// The part of them of late, in 256ths.
    pub fraction_lost: u64,
    /// Packets that were sent again.
    pub packets_retransmitted: u64,
    /// Milliseconds there and back, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_time: Option<f64>,
    /// The layers that it gets at present; null where there are none.
    #[schemars(schema_with = "schema::maybe_object")]
    pub current_layers: Option<Layers>,
}
