//! What the server tells a client.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{
    ConsumerId, ConsumerScore, DataConsumerId, Dialect, DisplayName, Layers, PeerId, PeerInfo,
    ProducerId, ProducerScore,
};

macro_rules! server_notifications {
    ($($(#[$doc:meta])* $method:literal => $name:ident,)+; $($newer:tt)+) => {
        server_notifications! { all $($(#[$doc])* $method => $name($name),)+ $($newer)+ }

        #[cfg(feature = "ts")]
        impl ServerNotification {
            /// Methods and the TypeScript names of their data, of what is told to clients of the JavaScript server.
            pub(crate) fn table(config: &ts_rs::Config) -> Vec<(&'static str, String)> {
                vec![$(($method, <$name as ts_rs::TS>::name(config)),)+]
            }
        }
    };
    (all $($(#[$doc:meta])* $method:literal => $name:ident($data:ty),)+) => {
        /// A notification of the server, with its method and data.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "method", content = "data")]
        pub enum ServerNotification {
            $($(#[$doc])* #[serde(rename = $method)] $name($data),)+
        }

        impl ServerNotification {
            /// Its method.
            pub const fn method(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $method,)+
                }
            }
        }
    };
}

server_notifications! {
    /// The first message of a session.
    "mediasoup-version" => MediasoupVersion,
    /// Somebody joined.
    "newPeer" => NewPeer,
    /// Somebody left.
    "peerClosed" => PeerClosed,
    /// Somebody changed the name.
    "peerDisplayNameChanged" => PeerDisplayNameChanged,
    /// Own media arrives better or worse.
    "producerScore" => ProducerScoreChanged,
    /// Others' media gets through better or worse.
    "consumerScore" => ConsumerScoreChanged,
    /// A consumer switched to other layers.
    "consumerLayersChanged" => ConsumerLayersChanged,
    /// The producer was paused.
    "consumerPaused" => ConsumerPaused,
    /// The producer was resumed.
    "consumerResumed" => ConsumerResumed,
    /// The producer was closed.
    "consumerClosed" => ConsumerClosed,
    /// The data producer was closed.
    "dataConsumerClosed" => DataConsumerClosed,
    /// Somebody speaks, or nobody does.
    "activeSpeaker" => ActiveSpeaker,
    /// What the link to the client gives.
    "downlinkBwe" => DownlinkBwe,
    ;
    // Only the TypeScript server has these.
    /// The first message of a session, under its newer name.
    "mediasoupVersion" => MediasoupVersionToo(MediasoupVersion),
    /// How loud everybody is who speaks.
    "speakingPeers" => SpeakingPeers(SpeakingPeers),
    /// Who holds the floor. Read as the older one of that name.
    #[serde(skip_deserializing)]
    "activeSpeaker" => DominantSpeaker(DominantSpeaker),
}

impl ServerNotification {
    /// Whether clients of a dialect are told. Of those that show none yet, whatever they do not know is passed over
    /// by either; only `activeSpeaker` means two things, and they are told the older one.
    pub const fn is_in(&self, dialect: Dialect) -> bool {
        match self {
            Self::MediasoupVersion(_) | Self::ActiveSpeaker(_) | Self::DownlinkBwe(_) => {
                !matches!(dialect, Dialect::TypeScript)
            }
            Self::MediasoupVersionToo(_) | Self::SpeakingPeers(_) => {
                !matches!(dialect, Dialect::JavaScript)
            }
            Self::DominantSpeaker(_) => matches!(dialect, Dialect::TypeScript),
            _ => true,
        }
    }
}

/// The first message of a session: with which version of mediasoup's rules the server speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MediasoupVersion {
    /// The version.
    pub version: String,
}

/// Somebody joined, or a broadcaster was made. Written bare and wrapped, for older and newer clients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(type = "PeerInfo & { peer: PeerInfo }")
)]
pub struct NewPeer(pub PeerInfo);

impl Serialize for NewPeer {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Both<'a> {
            #[serde(flatten)]
            bare: &'a PeerInfo,
            peer: &'a PeerInfo,
        }
        Both {
            bare: &self.0,
            peer: &self.0,
        }
        .serialize(out)
    }
}

impl<'de> Deserialize<'de> for NewPeer {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(from)?;
        let wrapped = value.get_mut("peer").map(Value::take);
        serde_json::from_value(wrapped.unwrap_or(value))
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Somebody left, or a broadcaster was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PeerClosed {
    /// Who.
    pub peer_id: PeerId,
}

/// Somebody changed the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PeerDisplayNameChanged {
    /// Who.
    pub peer_id: PeerId,
    /// The new name.
    pub display_name: DisplayName,
    /// The old name.
    pub old_display_name: DisplayName,
}

/// Own media arrives better or worse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProducerScoreChanged {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its streams.
    pub score: Vec<ProducerScore>,
}

/// Others' media gets through better or worse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerScoreChanged {
    /// The consumer.
    pub consumer_id: ConsumerId,
    /// How well.
    pub score: ConsumerScore,
}

/// A consumer switched to other layers, or has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerLayersChanged {
    /// The consumer.
    pub consumer_id: ConsumerId,
    /// The spatial layer; null when none can be sent.
    #[cfg_attr(feature = "ts", ts(optional = false))]
    pub spatial_layer: Option<u8>,
    /// The temporal layer; null when none can be sent.
    #[cfg_attr(feature = "ts", ts(optional = false))]
    pub temporal_layer: Option<u8>,
    /// Both, as newer clients read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Layers>,
}

impl ConsumerLayersChanged {
    /// The consumer now gets `layers`.
    pub fn new(consumer_id: ConsumerId, layers: Option<Layers>) -> Self {
        Self {
            consumer_id,
            spatial_layer: layers.map(|layers| layers.spatial_layer),
            temporal_layer: layers.map(|layers| layers.temporal_layer),
            layers,
        }
    }
}

/// The producer was paused. Nothing is said when the consumer itself is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerPaused {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// The producer was resumed. Nothing is said when the consumer itself is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerResumed {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// The producer was closed, and the consumer with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerClosed {
    /// The consumer.
    pub consumer_id: ConsumerId,
}

/// The data producer was closed, and the data consumer with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DataConsumerClosed {
    /// The data consumer.
    pub data_consumer_id: DataConsumerId,
}

/// Who speaks loudest; nobody when it is silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct ActiveSpeaker {
    /// Who; null when nobody does.
    #[cfg_attr(feature = "ts", ts(optional = false))]
    pub peer_id: Option<PeerId>,
    /// How loud, in dBov: -127 to 0. Absent when nobody speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<i8>,
}

/// How loud everybody is who speaks; nobody when it is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeakingPeers {
    /// The loudest first.
    pub peer_volumes: Vec<PeerVolume>,
}

/// How loud a peer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerVolume {
    /// Who.
    pub peer_id: PeerId,
    /// How loud, in dBov: -127 to 0.
    pub volume: i8,
}

/// Who holds the floor, which takes more than a loud moment; nobody when it is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DominantSpeaker {
    /// Who; absent when nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_id: Option<PeerId>,
}

/// What the link to the client gives and what is wanted of it, in bits per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DownlinkBwe {
    /// What all consumers want.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub desired_bitrate: u64,
    /// The same, within the configured limits.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub effective_desired_bitrate: u64,
    /// What the link gives.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub available_bitrate: u64,
}

#[cfg(test)]
mod tests;
