//! Plain and pipe transports as signalling knows them.

use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miso_secure::SrtpMasterKey;
use miso_sfu::command::SrtpKey;
use miso_sfu::dump::SocketPath;
use serde::{Deserialize, Serialize};

use super::TransportTuple;

/// Where a transport opens a socket of its own (fact sheet 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportListenInfo {
    /// Address of this machine, or an unspecified one for all of the family.
    pub ip: IpAddr,
    /// Address or host name that peers are told instead; not checked.
    pub announced_address: Option<String>,
    /// The port; 0: any. A range goes before it.
    pub port: u16,
    /// First and last port of a range of which a free one is taken; not used when either is 0.
    pub port_range: Option<(u16, u16)>,
    /// How the socket is opened.
    pub flags: TransportSocketFlags,
    /// Bytes of the kernel's send buffer; 0 leaves the system's default.
    pub send_buffer_size: u32,
    /// Bytes of the kernel's receive buffer; 0 leaves the system's default.
    pub recv_buffer_size: u32,
}

impl TransportListenInfo {
    /// Any port of this address.
    pub const fn new(ip: IpAddr) -> Self {
        Self {
            ip,
            announced_address: None,
            port: 0,
            port_range: None,
            flags: TransportSocketFlags {
                ipv6_only: false,
                udp_reuse_port: false,
            },
            send_buffer_size: 0,
            recv_buffer_size: 0,
        }
    }
}

/// How a socket is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransportSocketFlags {
    /// Whether a socket bound to an IPv6 address leaves IPv4 alone.
    pub ipv6_only: bool,
    /// Whether others may share the port.
    pub udp_reuse_port: bool,
}

/// The SRTP suites (RFC 7714, section 12; RFC 4568, section 6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SrtpCryptoSuite {
    /// AES-256 in Galois counter mode.
    #[serde(rename = "AEAD_AES_256_GCM")]
    AeadAes256Gcm,
    /// AES-128 in Galois counter mode.
    #[serde(rename = "AEAD_AES_128_GCM")]
    AeadAes128Gcm,
    /// AES-128 in counter mode with a tag of 80 bits.
    #[default]
    #[serde(rename = "AES_CM_128_HMAC_SHA1_80")]
    AesCm128HmacSha1_80,
    /// AES-128 in counter mode with a tag of 32 bits, 80 for RTCP.
    #[serde(rename = "AES_CM_128_HMAC_SHA1_32")]
    AesCm128HmacSha1_32,
}

impl From<SrtpCryptoSuite> for miso_secure::SrtpCryptoSuite {
    fn from(suite: SrtpCryptoSuite) -> Self {
        match suite {
            SrtpCryptoSuite::AeadAes256Gcm => Self::AeadAes256Gcm,
            SrtpCryptoSuite::AeadAes128Gcm => Self::AeadAes128Gcm,
            SrtpCryptoSuite::AesCm128HmacSha1_80 => Self::AesCm128HmacSha1_80,
            SrtpCryptoSuite::AesCm128HmacSha1_32 => Self::AesCm128HmacSha1_32,
        }
    }
}

impl From<miso_secure::SrtpCryptoSuite> for SrtpCryptoSuite {
    fn from(suite: miso_secure::SrtpCryptoSuite) -> Self {
        use miso_secure::SrtpCryptoSuite as Core;
        match suite {
            Core::AeadAes256Gcm => Self::AeadAes256Gcm,
            Core::AeadAes128Gcm => Self::AeadAes128Gcm,
            Core::AesCm128HmacSha1_80 => Self::AesCm128HmacSha1_80,
            Core::AesCm128HmacSha1_32 => Self::AesCm128HmacSha1_32,
        }
    }
}

/// The key of what one end sends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SrtpParameters {
    /// What it is for.
    pub crypto_suite: SrtpCryptoSuite,
    /// Master key with the salt behind it, in base64.
    pub key_base64: String,
}

impl SrtpParameters {
    /// What the core is told. What is not base64 is no key, whose length the core refuses.
    pub(crate) fn to_key(&self) -> SrtpKey {
        SrtpKey {
            suite: self.crypto_suite.into(),
            key_and_salt: STANDARD.decode(&self.key_base64).unwrap_or_default(),
        }
    }
}

impl From<&SrtpMasterKey> for SrtpParameters {
    fn from(key: &SrtpMasterKey) -> Self {
        Self {
            crypto_suite: key.suite().into(),
            key_base64: STANDARD.encode(key.as_bytes()),
        }
    }
}

impl fmt::Debug for SrtpParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SrtpParameters")
            .field("crypto_suite", &self.crypto_suite)
            .finish_non_exhaustive()
    }
}

/// What the peer of a plain transport tells of itself (fact sheet 4.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PlainConnect {
    /// Its address; not used with `comedia`.
    pub ip: Option<IpAddr>,
    /// Where it takes media and SCTP; not used with `comedia`.
    pub port: Option<u16>,
    /// Where it takes RTCP, if that has a socket of its own; not used with `comedia`.
    pub rtcp_port: Option<u16>,
    /// The key of what it sends; with SRTP only.
    pub srtp_parameters: Option<SrtpParameters>,
}

/// What the other end of a pipe tells of itself (fact sheet 4.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PipeConnect {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// The key of what it sends; with SRTP only.
    #[serde(default)]
    pub srtp_parameters: Option<SrtpParameters>,
}

impl TransportTuple {
    /// The tuple of a socket of a transport's own; peers are told the announced address.
    pub(crate) fn of_socket(path: &SocketPath, announced: Option<&str>) -> Self {
        let local = announced.map_or_else(|| path.local.ip().to_string(), str::to_owned);
        Self {
            local_ip: local.clone(),
            local_address: local,
            local_port: path.local.port(),
            remote_ip: path.remote.map(|remote| remote.ip().to_string()),
            remote_port: path.remote.map(|remote| remote.port()),
            protocol: "udp",
        }
    }
}
