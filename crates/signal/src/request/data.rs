//! Sending messages over DataChannels.

use miso_ortc::SctpStreamParameters;
use serde::{Deserialize, Deserializer, Serialize};

use crate::lenient::text_up_to;
use crate::limits::MAX_LABEL_BYTES;
use crate::{AppData, DataProducerId, TransportId};

/// Send messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProduceData {
    /// The transport to send on.
    pub transport_id: TransportId,
    /// How messages are sent.
    #[cfg_attr(feature = "ts", ts(type = "ms.SctpStreamParameters"))]
    pub sctp_stream_parameters: SctpStreamParameters,
    /// The DataChannel's label; says who gets the messages.
    #[serde(default, deserialize_with = "label")]
    pub label: String,
    /// The DataChannel's protocol.
    #[serde(default, deserialize_with = "protocol")]
    pub protocol: String,
    /// What the application attaches.
    #[serde(default)]
    pub app_data: AppData,
}

/// Who gets messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataRoute {
    /// Everybody else in the room.
    Chat,
    /// The room's bot.
    Bot,
    /// Messages that the room has no use for; whoever is in the room may have them.
    Other,
}

impl ProduceData {
    /// Who gets the messages: as the label says, or `appData.channel` of newer clients.
    pub fn route(&self) -> DataRoute {
        DataRoute::new(&self.label, &self.app_data)
    }
}

impl DataRoute {
    /// Who gets the messages of a data producer with this label and these attachments.
    pub(crate) fn new(label: &str, app_data: &AppData) -> Self {
        match (label, app_data.text("channel")) {
            ("chat", _) | (_, Some("chat")) => Self::Chat,
            ("bot", _) | (_, Some("bot")) => Self::Bot,
            _ => Self::Other,
        }
    }
}

fn label<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text_up_to(from, "label", MAX_LABEL_BYTES)
}

fn protocol<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text_up_to(from, "protocol", MAX_LABEL_BYTES)
}

/// The new data producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProduceDataResponse {
    /// Its id.
    pub id: DataProducerId,
    /// The same, as newer clients call it.
    pub data_producer_id: DataProducerId,
}

impl From<DataProducerId> for ProduceDataResponse {
    fn from(id: DataProducerId) -> Self {
        Self {
            data_producer_id: id.clone(),
            id,
        }
    }
}
