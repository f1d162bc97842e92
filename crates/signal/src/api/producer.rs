//! Media of broadcasters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use miso_ortc::{MediaKind, RtpParameters};

use crate::{AppData, ProducerId, TransportId};

use super::schema;

/// Send media.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("anyOf" = schema::kinds_of_media()))]
pub struct CreateProducer {
    /// Audio or video.
    #[schemars(schema_with = "schema::kind")]
    pub kind: MediaKind,
    /// What is sent.
    #[schemars(schema_with = "schema::rtp_parameters")]
    pub rtp_parameters: RtpParameters,
    /// What the application attaches.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_object")]
    pub app_data: AppData,
    /// Whether nothing is forwarded yet.
    #[serde(default)]
    pub paused: Option<bool>,
}

/// Send media on a transport that the body names.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacedProducer {
    /// The transport.
    #[schemars(schema_with = "schema::id")]
    pub transport_id: TransportId,
    /// The rest.
    #[serde(flatten)]
    pub producer: CreateProducer,
}

/// The new producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProducerCreated {
    /// Its id.
    #[schemars(with = "String")]
    pub id: ProducerId,
    /// The same, as newer clients call it.
    #[schemars(with = "String")]
    pub producer_id: ProducerId,
}

/// How something is doing: mediasoup's objects.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatsReport {
    /// One for each of its streams.
    #[schemars(schema_with = "schema::objects")]
    pub stats: Vec<Value>,
}
