//! Messages of and to broadcasters, and who has which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use miso_ortc::SctpStreamParameters;

use crate::limits::MAX_LABEL_BYTES;
use crate::{
    AppData, DataConsumerId, DataProducerId, DataRoute, Dialect, DisplayName, PeerDevice, PeerId,
};

use super::schema;

/// Send messages.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateDataProducer {
    /// How messages are sent.
    #[schemars(schema_with = "schema::sctp_stream_parameters")]
    pub sctp_stream_parameters: SctpStreamParameters,
    /// The DataChannel's label; says who gets the messages: `bot` for the bot, anything else for everybody.
    #[serde(default)]
    pub label: Option<super::Text<MAX_LABEL_BYTES>>,
    /// The DataChannel's protocol.
    #[serde(default)]
    pub protocol: Option<super::Text<MAX_LABEL_BYTES>>,
    /// What the application attaches.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_object")]
    pub app_data: AppData,
}

impl CreateDataProducer {
    /// Who gets the messages.
    pub fn route(&self) -> DataRoute {
        let label = self.label.as_ref().map_or("", |label| label.0.as_str());
        DataRoute::of((label, &self.app_data), Dialect::default())
    }
}

/// Receive messages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumeData {
    /// Whose.
    #[schemars(schema_with = "schema::id")]
    pub data_producer_id: DataProducerId,
}

/// The new data consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataConsumerCreated {
    /// Its id.
    #[schemars(with = "String")]
    pub id: DataConsumerId,
    /// The SCTP stream on which messages arrive.
    pub stream_id: u16,
}

/// Who has which DataChannels.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DataProducersListing {
    /// Peers that have joined, and broadcasters.
    pub peers: Vec<ListedDataPeer>,
}

/// A peer or broadcaster with its DataChannels.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedDataPeer {
    /// Its id.
    #[schemars(with = "String")]
    pub id: PeerId,
    /// What it is called.
    #[schemars(with = "String")]
    pub display_name: DisplayName,
    /// What it runs on.
    #[schemars(schema_with = "schema::object")]
    pub device: PeerDevice,
    /// Its transports.
    pub transports: Vec<ListedTransport>,
    /// What it sends.
    pub data_producers: Vec<ListedDataProducer>,
    /// What it receives.
    pub data_consumers: Vec<ListedDataConsumer>,
}

/// A transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedTransport {
    /// Its id.
    pub id: String,
}

/// A data producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedDataProducer {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its protocol.
    pub protocol: String,
}

/// A data consumer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedDataConsumer {
    /// Its id.
    pub id: String,
    /// How messages arrive.
    #[schemars(schema_with = "schema::maybe_object")]
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Its label.
    pub label: String,
    /// Its protocol.
    pub protocol: String,
    /// Whose messages it gets.
    pub data_producer_id: String,
    /// What the one who sends them is called; empty for the bot.
    pub display_name: String,
    /// What the sender's application attached, under the name that the seed gave it.
    #[serde(rename = "AppData")]
    #[schemars(schema_with = "schema::object")]
    pub app_data: serde_json::Value,
}
