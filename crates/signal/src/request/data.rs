//! Sending messages over DataChannels.

use miso_ortc::SctpStreamParameters;
use serde::{Deserialize, Deserializer, Serialize};

use crate::lenient::text_up_to;
use crate::limits::MAX_LABEL_BYTES;
use crate::{AppData, DataProducerId, Dialect, TransportId};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataRoute {
    /// Everybody else in the room.
    Chat,
    /// The room's bot.
    Bot,
    /// Messages that the room has no use for; whoever is in the room may have them.
    #[default]
    Other,
    /// Nobody.
    Nobody,
}

impl DataRoute {
    /// What it is called on the wire, as label or as channel.
    pub const fn channel(self) -> Option<&'static str> {
        match self {
            Self::Chat => Some("chat"),
            Self::Bot => Some("bot"),
            Self::Other | Self::Nobody => None,
        }
    }

    /// What a label and attachments say in a dialect.
    pub(crate) fn of((label, app_data): (&str, &AppData), dialect: Dialect) -> Self {
        let channel = app_data.text("channel");
        let by_label = Self::named(label);
        let by_channel = channel.and_then(Self::named);
        match dialect {
            Dialect::JavaScript => by_label.or(by_channel).unwrap_or(Self::Other),
            Dialect::Unknown => by_channel.or(by_label).unwrap_or(Self::Other),
            Dialect::TypeScript if channel.is_some() => by_channel.unwrap_or(Self::Nobody),
            Dialect::TypeScript => by_label.unwrap_or(Self::Nobody),
        }
    }

    /// The route of that name.
    fn named(channel: &str) -> Option<Self> {
        [Self::Chat, Self::Bot]
            .into_iter()
            .find(|it| it.channel() == Some(channel))
    }
}

impl ProduceData {
    /// Who gets the messages: what the label says, or `appData.channel` of newer clients. An unknown channel of
    /// theirs reaches nobody.
    pub fn route(&self, dialect: Dialect) -> DataRoute {
        DataRoute::of((&self.label, &self.app_data), dialect)
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
