//! What the server asks of a client; each is answered with an empty object, or refused.

use miso_ortc::{ConsumerType, MediaKind, RtpParameters, SctpStreamParameters};
use serde::Serialize;

use crate::media::SCREEN;
use crate::{
    AppData, ConsumerId, ConsumerScore, DataConsumerId, DataProducerId, DataRoute, Dialect, PeerId,
    ProducerId, TransportId,
};

macro_rules! server_requests {
    ($($(#[$doc:meta])* $method:literal => $name:ident,)+) => {
        /// A request of the server, with its method and data.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "method", content = "data")]
        pub enum ServerRequest {
            $($(#[$doc])* #[serde(rename = $method)] $name($name),)+
        }

        impl ServerRequest {
            /// Its method.
            pub const fn method(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $method,)+
                }
            }
        }

        #[cfg(feature = "ts")]
        impl ServerRequest {
            /// Methods and the TypeScript names of their data.
            pub(crate) fn table(config: &ts_rs::Config) -> Vec<(&'static str, String)> {
                vec![$(($method, <$name as ts_rs::TS>::name(config)),)+]
            }
        }
    };
}

server_requests! {
    /// Somebody's media can be had.
    "newConsumer" => NewConsumer,
    /// Somebody's messages can be had.
    "newDataConsumer" => NewDataConsumer,
}

impl ServerRequest {
    /// The same for a client of a dialect: what a client of the other one attached is named as it expects.
    pub(crate) fn in_dialect(self, dialect: Dialect) -> Self {
        match self {
            Self::NewConsumer(it) => Self::NewConsumer(it.in_dialect(dialect)),
            Self::NewDataConsumer(it) => Self::NewDataConsumer(it.in_dialect(dialect)),
        }
    }
}

/// A consumer was made, paused; it is resumed when the client accepts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NewConsumer {
    /// Whose media it is.
    pub peer_id: PeerId,
    /// The transport it arrives on.
    pub transport_id: TransportId,
    /// The producer.
    pub producer_id: ProducerId,
    /// The consumer.
    pub id: ConsumerId,
    /// The same, as newer clients call it.
    pub consumer_id: ConsumerId,
    /// Audio or video.
    #[cfg_attr(feature = "ts", ts(type = "ms.MediaKind"))]
    pub kind: MediaKind,
    /// How it arrives.
    #[cfg_attr(feature = "ts", ts(type = "ms.RtpParameters"))]
    pub rtp_parameters: RtpParameters,
    /// How it chooses among the versions of the producer.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "ConsumerType"))]
    pub consumer_type: ConsumerType,
    /// What the producer's application attached, with the peer's id.
    pub app_data: AppData,
    /// Whether the producer is paused.
    pub producer_paused: bool,
    /// How well it is served.
    pub consumer_score: ConsumerScore,
}

impl NewConsumer {
    /// A shared screen is `share` in one dialect and `source` in the other, which always has a source.
    fn in_dialect(mut self, dialect: Dialect) -> Self {
        let source = self.app_data.source(self.kind);
        if dialect != Dialect::TypeScript && source == SCREEN {
            self.app_data.set("share", true);
        }
        if dialect != Dialect::JavaScript {
            self.app_data.set("source", source);
        }
        self
    }
}

/// A data consumer was made; messages may arrive before the client accepts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NewDataConsumer {
    /// Whose messages they are; null for the bot's, which newer clients find absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(type = "PeerId | null"))]
    pub peer_id: Option<Option<PeerId>>,
    /// The transport they arrive on.
    pub transport_id: TransportId,
    /// The data producer.
    pub data_producer_id: DataProducerId,
    /// The data consumer.
    pub id: DataConsumerId,
    /// The same, as newer clients call it.
    pub data_consumer_id: DataConsumerId,
    /// How they arrive.
    #[cfg_attr(feature = "ts", ts(type = "ms.SctpStreamParameters"))]
    pub sctp_stream_parameters: SctpStreamParameters,
    /// The DataChannel's label.
    pub label: String,
    /// The DataChannel's protocol.
    pub protocol: String,
    /// What the data producer's application attached.
    pub app_data: AppData,
    /// What the messages are for.
    #[serde(skip)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub route: DataRoute,
}

impl NewDataConsumer {
    /// What the messages are for is the label in one dialect and `channel` in the other. As DataChannels are
    /// negotiated by signalling, the receiver's label needs not be the sender's.
    fn in_dialect(mut self, dialect: Dialect) -> Self {
        if let Some(channel) = self.route.channel() {
            if dialect != Dialect::TypeScript {
                channel.clone_into(&mut self.label);
            }
            if dialect != Dialect::JavaScript {
                self.app_data.set("channel", channel);
            }
        }
        if dialect == Dialect::TypeScript {
            self.peer_id = self.peer_id.filter(Option::is_some);
        }
        self
    }
}

#[cfg(test)]
mod tests;
