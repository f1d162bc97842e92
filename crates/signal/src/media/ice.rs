//! ICE parameters: how a transport is reached.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Credentials of a transport (RFC 8445, section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct IceParameters {
    /// The user name fragment.
    pub username_fragment: String,
    /// The password.
    pub password: String,
    /// Whether it is an ICE-lite implementation, as this one always is.
    #[serde(default)]
    pub ice_lite: bool,
}

/// What carries the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TransportProtocol {
    /// Datagrams.
    Udp,
    /// A stream with frames (RFC 4571).
    Tcp,
}

/// An address at which a transport is reached. All are host candidates, and passive where they are TCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// Candidates of the same kind share one.
    pub foundation: String,
    /// The higher, the better.
    pub priority: u32,
    /// The address, as older clients call it.
    pub ip: String,
    /// The address: an IP address or a host name.
    pub address: String,
    /// UDP or TCP.
    pub protocol: TransportProtocol,
    /// The port.
    pub port: u16,
    /// Always `host`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "'host'"))]
    pub kind: &'static str,
    /// `passive` where it is TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "'passive'"))]
    pub tcp_type: Option<&'static str>,
}

impl IceCandidate {
    /// A host candidate.
    pub fn host(
        foundation: impl Into<String>,
        priority: u32,
        address: impl Into<String>,
        protocol: TransportProtocol,
        port: u16,
    ) -> Self {
        let address = address.into();
        Self {
            foundation: foundation.into(),
            priority,
            ip: address.clone(),
            address,
            protocol,
            port,
            kind: "host",
            tcp_type: (protocol == TransportProtocol::Tcp).then_some("passive"),
        }
    }
}

impl<'de> Deserialize<'de> for IceCandidate {
    /// Reads the address under either of its names. Servers have host candidates only.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            #[serde(default)]
            foundation: String,
            priority: u32,
            ip: Option<String>,
            address: Option<String>,
            protocol: TransportProtocol,
            port: u16,
        }
        let it = Written::deserialize(from)?;
        let address = it.address.or(it.ip);
        let address = address.ok_or_else(|| D::Error::missing_field("address"))?;
        Ok(Self::host(
            it.foundation,
            it.priority,
            address,
            it.protocol,
            it.port,
        ))
    }
}
