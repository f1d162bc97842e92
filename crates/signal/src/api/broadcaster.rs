//! Broadcasters: clients without a WebSocket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use miso_ortc::{MediaKind, RtpCapabilities};

use crate::limits::{MAX_DEVICE_BYTES, MAX_DISPLAY_NAME_BYTES};
use crate::{DisplayName, PeerDevice, PeerId};

use super::schema;
use super::text::{BroadcasterId, Text};

/// In whose way a broadcaster is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// mediasoup-demo's JavaScript server: everything is answered with 200, and being made is being there.
    Older,
    /// Its TypeScript server: 201 and 204, and others learn of a broadcaster when it joins.
    Newer,
}

/// Enter a room without a WebSocket. `id` is what older clients call it, `peerId` what newer ones do.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("anyOf" = [
    { "required": ["id"], "properties": { "id": { "type": "string" } } },
    { "required": ["peerId"], "properties": { "peerId": { "type": "string" } } },
]))]
pub struct CreateBroadcaster {
    /// Who enters, by older clients.
    #[serde(default)]
    id: Option<BroadcasterId>,
    /// Who enters, by newer clients.
    #[serde(default)]
    peer_id: Option<BroadcasterId>,
    /// What others call it.
    display_name: Text<MAX_DISPLAY_NAME_BYTES>,
    /// What it runs on.
    device: BroadcasterDevice,
    /// What media it can receive. Only who says it can consume.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_rtp_capabilities")]
    pub rtp_capabilities: Option<RtpCapabilities>,
}

impl CreateBroadcaster {
    /// Who enters, and in which dialect; none when the body does not say.
    pub fn who(&self) -> Option<(PeerId, Dialect)> {
        let older = self.id.clone().map(|id| (id.0, Dialect::Older));
        older.or_else(|| self.peer_id.clone().map(|id| (id.0, Dialect::Newer)))
    }

    /// What others call it.
    pub fn display_name(&self) -> DisplayName {
        DisplayName::new(self.display_name.0.as_str())
    }

    /// What it runs on; by older clients always a `broadcaster`.
    pub fn device(&self) -> PeerDevice {
        let text = |text: &Option<Text<MAX_DEVICE_BYTES>>| text.as_ref().map(|it| it.0.clone());
        let said = text(&self.device.flag).filter(|_| self.id.is_none());
        PeerDevice {
            flag: Some(said.unwrap_or_else(|| "broadcaster".to_owned())),
            name: Some(self.device.name.0.clone()),
            version: text(&self.device.version),
        }
    }
}

/// What a broadcaster runs on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct BroadcasterDevice {
    /// A short name for programs.
    #[serde(default)]
    flag: Option<Text<MAX_DEVICE_BYTES>>,
    /// A name for people.
    name: Text<MAX_DEVICE_BYTES>,
    /// Its version.
    #[serde(default)]
    version: Option<Text<MAX_DEVICE_BYTES>>,
}

/// The broadcaster is there.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BroadcasterCreated {
    /// Its id.
    #[schemars(with = "String")]
    pub id: PeerId,
    /// The same, as newer clients call it.
    #[schemars(with = "String")]
    pub peer_id: PeerId,
    /// Who sends what it can receive; nobody where it did not say what that is.
    pub peers: Vec<ListedPeer>,
}

/// A peer, and what it sends.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedPeer {
    /// Its id.
    #[schemars(with = "String")]
    pub id: PeerId,
    /// What it is called.
    #[schemars(with = "String")]
    pub display_name: DisplayName,
    /// What it runs on.
    #[schemars(schema_with = "schema::object")]
    pub device: PeerDevice,
    /// What it sends.
    pub producers: Vec<ListedProducer>,
}

/// A producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedProducer {
    /// Its id.
    pub id: String,
    /// Audio or video.
    #[schemars(schema_with = "schema::kind")]
    pub kind: MediaKind,
}

/// What a broadcaster is and has.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BroadcasterDescription {
    /// Its id.
    #[schemars(with = "String")]
    pub id: PeerId,
    /// The same, as newer clients call it.
    #[schemars(with = "String")]
    pub peer_id: PeerId,
    /// What it is called.
    #[schemars(with = "String")]
    pub display_name: DisplayName,
    /// What it runs on.
    #[schemars(schema_with = "schema::object")]
    pub device: PeerDevice,
    /// Whether others know of it.
    pub joined: bool,
    /// Its transports.
    pub transports: Vec<TransportDescription>,
    /// Its producers.
    pub producers: Vec<ProducerInfo>,
    /// Ids of its consumers.
    pub consumers: Vec<String>,
    /// Ids of its data producers.
    pub data_producers: Vec<String>,
    /// Ids of its data consumers.
    pub data_consumers: Vec<String>,
}

/// A transport of a broadcaster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TransportDescription {
    /// Its id.
    pub id: String,
    /// `webrtc` or `plain`.
    #[serde(rename = "type")]
    pub kind: super::TransportKind,
}

/// What a room can forward. Bare and wrapped, for older and newer clients.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomCapabilities {
    /// All of it.
    #[serde(flatten)]
    #[schemars(schema_with = "schema::rtp_capabilities")]
    pub bare: RtpCapabilities,
    /// The same.
    #[schemars(schema_with = "schema::rtp_capabilities")]
    pub router_rtp_capabilities: RtpCapabilities,
}

/// Who sends what, as newer clients ask for it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeerProducersInfos {
    /// One for each peer or broadcaster that sends media.
    pub peer_producers_infos: Vec<PeerProducersInfo>,
}

/// What one peer or broadcaster sends.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeerProducersInfo {
    /// Who.
    #[schemars(with = "String")]
    pub peer_id: PeerId,
    /// What.
    pub producers: Vec<ProducerInfo>,
}

/// A producer, and how it can be had.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProducerInfo {
    /// Its id.
    pub producer_id: String,
    /// Audio or video.
    #[schemars(schema_with = "schema::kind")]
    pub kind: MediaKind,
    /// What it shows, where its client says so: `audio`, `video`, `screensharing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether nothing of it is forwarded.
    pub paused: bool,
    /// As what it can be had.
    pub consumable_codecs: Vec<ConsumableCodec>,
}

/// A codec of a producer, under the payload type of its room.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumableCodec {
    /// Its name.
    pub mime_type: String,
    /// Its payload type in this room.
    pub payload_type: u8,
    /// Ticks of the RTP timestamp per second.
    pub clock_rate: u32,
    /// Channels of audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Format parameters.
    #[schemars(schema_with = "schema::object")]
    pub parameters: serde_json::Value,
}

/// It is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Done {}
