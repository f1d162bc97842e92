//! ICE as signalling knows it.

use miso_ice::{Candidate, Credentials, Tuple};
use serde::Serialize;

/// What a peer needs to make connectivity checks.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceParameters {
    /// Names the transport; not secret.
    pub username_fragment: String,
    /// Secret of the checks.
    pub password: String,
    /// Always true: the server only answers checks (RFC 8445, section 2.5).
    pub ice_lite: bool,
}

impl std::fmt::Debug for IceParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceParameters")
            .field("username_fragment", &self.username_fragment)
            .finish_non_exhaustive()
    }
}

impl From<&Credentials> for IceParameters {
    fn from(credentials: &Credentials) -> Self {
        Self {
            username_fragment: credentials.ufrag().to_string(),
            password: credentials.password().to_owned(),
            ice_lite: true,
        }
    }
}

/// One way to reach a transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// The same for all candidates of a protocol.
    pub foundation: &'static str,
    /// Greater is better (RFC 8445, section 5.1.2.1).
    pub priority: u32,
    /// The same as `address`, for clients from before it was called so.
    pub ip: String,
    /// IP address or host name.
    pub address: String,
    /// `udp` or `tcp`.
    pub protocol: &'static str,
    /// The port there.
    pub port: u16,
    /// Always `host`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `passive` over TCP: the peer connects (RFC 6544, section 4.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_type: Option<&'static str>,
}

impl From<&Candidate> for IceCandidate {
    fn from(candidate: &Candidate) -> Self {
        Self {
            foundation: candidate.foundation(),
            priority: candidate.priority,
            ip: candidate.address.clone(),
            address: candidate.address.clone(),
            protocol: candidate.protocol.as_str(),
            port: candidate.port,
            kind: candidate.kind(),
            tcp_type: candidate.tcp_type(),
        }
    }
}

/// How far the peer's connectivity checks have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IceState {
    /// No check yet.
    New,
    /// A check passed.
    Connected,
    /// The peer nominated a path.
    Completed,
    /// All paths are lost; a check brings one back.
    Disconnected,
    /// The transport is closed.
    Closed,
}

impl From<miso_ice::IceState> for IceState {
    fn from(state: miso_ice::IceState) -> Self {
        match state {
            miso_ice::IceState::New => Self::New,
            miso_ice::IceState::Connected => Self::Connected,
            miso_ice::IceState::Completed => Self::Completed,
            miso_ice::IceState::Disconnected => Self::Disconnected,
        }
    }
}

/// The path that a transport uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportTuple {
    /// The same as `local_address`, for clients from before it was called so.
    pub local_ip: String,
    /// The real local address, even where another is announced; on plain transports the announced one.
    pub local_address: String,
    /// The local port.
    pub local_port: u16,
    /// The peer's address as seen from here; none until a plain transport knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_ip: Option<String>,
    /// The peer's port as seen from here; none until a plain transport knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
    /// `udp` or `tcp`.
    pub protocol: &'static str,
}

impl From<&Tuple> for TransportTuple {
    fn from(tuple: &Tuple) -> Self {
        let local = tuple.local().ip().to_string();
        Self {
            local_ip: local.clone(),
            local_address: local,
            local_port: tuple.local().port(),
            remote_ip: Some(tuple.remote().ip().to_string()),
            remote_port: Some(tuple.remote().port()),
            protocol: tuple.protocol().as_str(),
        }
    }
}
