//! Transports between a client and the server.

use miso_ortc::{SctpCapabilities, SctpParameters};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lenient::{truthy, unless_falsy};
use crate::{AppData, Dialect, DtlsParameters, IceCandidate, IceParameters, TransportId};

/// Make a transport.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct CreateWebRtcTransport {
    /// Whether UDP is not to be offered.
    pub force_tcp: bool,
    /// Whether the client will send on it.
    pub producing: bool,
    /// Whether the client will receive on it.
    pub consuming: bool,
    /// What the client's SCTP can do; asks for SCTP.
    #[cfg_attr(feature = "ts", ts(optional, type = "SctpCapabilities"))]
    pub sctp_capabilities: Option<SctpCapabilities>,
    /// Which dialect it gives away.
    #[cfg_attr(feature = "ts", ts(skip))]
    #[serde(skip)]
    pub shows: Dialect,
}

/// The same as it is written: newer clients say the direction in `appData`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default, deserialize_with = "truthy")]
    force_tcp: bool,
    #[serde(default, deserialize_with = "truthy")]
    producing: bool,
    #[serde(default, deserialize_with = "truthy")]
    consuming: bool,
    #[serde(default, deserialize_with = "unless_falsy")]
    sctp_capabilities: Option<SctpCapabilities>,
    #[serde(default)]
    app_data: AppData,
}

impl<'de> Deserialize<'de> for CreateWebRtcTransport {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(from)?;
        let direction = written.app_data.text("direction");
        // Some clients of either server say both, and read either form.
        let shows = match (written.producing || written.consuming, direction) {
            (true, None) => Dialect::JavaScript,
            (false, Some("producer" | "consumer")) => Dialect::TypeScript,
            _ => Dialect::Unknown,
        };
        Ok(Self {
            force_tcp: written.force_tcp,
            producing: written.producing || direction == Some("producer"),
            consuming: written.consuming || direction == Some("consumer"),
            sctp_capabilities: written.sctp_capabilities,
            shows,
        })
    }
}

/// How the new transport is reached: what mediasoup-client makes its end from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct TransportOptions {
    /// The transport.
    pub id: TransportId,
    /// The same, as newer clients call it.
    pub transport_id: TransportId,
    /// Its ICE credentials.
    pub ice_parameters: IceParameters,
    /// Its addresses, best first.
    pub ice_candidates: Vec<IceCandidate>,
    /// Its certificate.
    #[cfg_attr(feature = "ts", ts(type = "ms.DtlsParameters"))]
    pub dtls_parameters: DtlsParameters,
    /// Its SCTP, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "ms.SctpParameters"))]
    pub sctp_parameters: Option<SctpParameters>,
}

/// Say by which certificate one is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConnectWebRtcTransport {
    /// The transport.
    pub transport_id: TransportId,
    /// The client's certificate and part in the handshake.
    #[cfg_attr(feature = "ts", ts(type = "ms.DtlsParameters"))]
    pub dtls_parameters: DtlsParameters,
}

/// Get new ICE credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RestartIce {
    /// The transport.
    pub transport_id: TransportId,
}

/// The new ICE credentials. Written bare and wrapped, for older and newer clients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(type = "IceParameters & { iceParameters: IceParameters }")
)]
pub struct RestartIceResponse(pub IceParameters);

impl Serialize for RestartIceResponse {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Both<'a> {
            #[serde(flatten)]
            bare: &'a IceParameters,
            ice_parameters: &'a IceParameters,
        }
        Both {
            bare: &self.0,
            ice_parameters: &self.0,
        }
        .serialize(out)
    }
}
