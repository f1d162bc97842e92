//! Transports of broadcasters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use miso_ortc::{SctpCapabilities, SctpParameters};

use crate::{AppData, DtlsParameters, TransportOptions};

use super::{number, schema};

/// What carries the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum TransportKind {
    /// ICE, DTLS and SRTP.
    #[serde(rename = "webrtc")]
    WebRtc,
    /// RTP, or SRTP with keys from signalling.
    Plain,
}

/// What a transport is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Direction {
    /// The client sends on it.
    Producer,
    /// The client receives on it.
    Consumer,
}

/// How a plain transport is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum SrtpSuite {
    /// AES-GCM, 256 bits.
    #[serde(rename = "AEAD_AES_256_GCM")]
    AeadAes256Gcm,
    /// AES-GCM, 128 bits.
    #[serde(rename = "AEAD_AES_128_GCM")]
    AeadAes128Gcm,
    /// AES-CM with an authentication tag of 80 bits.
    #[serde(rename = "AES_CM_128_HMAC_SHA1_80")]
    AesCm128HmacSha1Tag80,
    /// AES-CM with an authentication tag of 32 bits.
    #[serde(rename = "AES_CM_128_HMAC_SHA1_32")]
    AesCm128HmacSha1Tag32,
}

/// Keys of a plain transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct SrtpParameters {
    /// The suite.
    pub crypto_suite: SrtpSuite,
    /// Key and salt, in Base64.
    #[schemars(length(min = 1, max = 128))]
    pub key_base64: String,
}

/// Make a transport. Older clients give its `type`, newer ones a `direction` for a plain one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("anyOf" = [
    { "required": ["type"], "properties": { "type": { "type": "string" } } },
    { "required": ["direction"], "properties": { "direction": { "type": "string" } } },
]))]
pub struct CreateTransport {
    /// `webrtc` or `plain`.
    #[serde(default, rename = "type")]
    kind: Option<TransportKind>,
    /// What it is for, by newer clients.
    #[serde(default)]
    direction: Option<Direction>,
    /// Where some newer clients say the direction.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_object")]
    app_data: AppData,
    /// Plain: whether the address is learnt from the first packet. By default it is where the client sends.
    #[serde(default)]
    comedia: Option<bool>,
    /// Plain: whether RTP and RTCP share a port.
    #[serde(default)]
    rtcp_mux: Option<bool>,
    /// Plain: whether packets are encrypted.
    #[serde(default)]
    enable_srtp: Option<bool>,
    /// Plain: how they are encrypted.
    #[serde(default)]
    pub srtp_crypto_suite: Option<SrtpSuite>,
    /// Asks for messages over SCTP.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_object")]
    pub sctp_capabilities: Option<SctpCapabilities>,
}

impl CreateTransport {
    /// What carries the packets; none where the body does not say.
    pub fn kind(&self) -> Option<TransportKind> {
        self.kind
            .or(self.said_direction().map(|_| TransportKind::Plain))
    }

    /// What it is for, where the client says so.
    pub fn said_direction(&self) -> Option<Direction> {
        self.direction
            .or_else(|| match self.app_data.text("direction") {
                Some("producer") => Some(Direction::Producer),
                Some("consumer") => Some(Direction::Consumer),
                _ => None,
            })
    }

    /// Whether the address is learnt. mediasoup-demo's JavaScript server has `true` by default; for a transport that
    /// only sends to the client there is nothing to learn from.
    pub fn comedia(&self) -> bool {
        self.comedia
            .unwrap_or(self.said_direction() != Some(Direction::Consumer))
    }

    /// Whether RTP and RTCP share a port.
    pub fn rtcp_mux(&self) -> bool {
        self.rtcp_mux.unwrap_or(false)
    }

    /// Whether packets are encrypted.
    pub fn enable_srtp(&self) -> bool {
        self.enable_srtp.unwrap_or(false)
    }
}

/// A new transport: how it is reached.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum TransportCreated {
    /// By WebRTC.
    WebRtc(WebRtcTransportCreated),
    /// By plain RTP.
    Plain(PlainTransportCreated),
}

/// How a WebRTC transport is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct WebRtcTransportCreated(pub TransportOptions);

impl JsonSchema for WebRtcTransportCreated {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WebRtcTransportCreated".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": ["id", "transportId", "iceParameters", "iceCandidates", "dtlsParameters"],
            "properties": {
                "id": { "type": "string" },
                "transportId": { "type": "string" },
                "iceParameters": { "type": "object" },
                "iceCandidates": { "type": "array", "items": { "type": "object" } },
                "dtlsParameters": { "type": "object" },
                "sctpParameters": { "type": "object" },
            },
        })
    }
}

/// How a plain transport is reached.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlainTransportCreated {
    /// Its id.
    pub id: String,
    /// The same, as newer clients call it.
    pub transport_id: String,
    /// Where to send.
    pub ip: String,
    /// To which port.
    pub port: u16,
    /// To which port RTCP goes, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtcp_port: Option<u16>,
    /// The server's keys, where packets are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srtp_parameters: Option<SrtpParameters>,
    /// Its SCTP, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::object")]
    pub sctp_parameters: Option<SctpParameters>,
}

/// Connect a transport: a WebRTC one by `dtlsParameters`, a plain one by address and keys.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("anyOf" = [
    { "required": ["dtlsParameters"], "properties": { "dtlsParameters": { "type": "object" } } },
    { "required": ["ip", "port"] },
    { "required": ["srtpParameters"] },
]))]
pub struct ConnectTransport {
    /// WebRTC: the client's certificate and part in the handshake.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_dtls_parameters")]
    pub dtls_parameters: Option<DtlsParameters>,
    /// Plain: the client's IP address.
    #[serde(default)]
    #[schemars(schema_with = "schema::maybe_ip")]
    pub ip: Option<std::net::IpAddr>,
    /// Plain: its port.
    #[serde(default, deserialize_with = "number::maybe_whole")]
    pub port: Option<u16>,
    /// Plain: its port for RTCP, where RTP and RTCP do not share one.
    #[serde(default, deserialize_with = "number::maybe_whole")]
    pub rtcp_port: Option<u16>,
    /// Plain: the client's keys.
    #[serde(default)]
    pub srtp_parameters: Option<SrtpParameters>,
}
