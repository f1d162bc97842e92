//! What an endpoint says to its caller.

use super::{DtlsFailure, SrtpKeys};

/// Which side of a handshake an endpoint takes (RFC 8842, section 5.3: `a=setup`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtlsRole {
    /// Not decided yet.
    Auto,
    /// Sends the ClientHello.
    Client,
    /// Waits for it.
    Server,
}

impl DtlsRole {
    /// As in mediasoup's API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Where an endpoint is in its life, as in mediasoup's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtlsState {
    /// Not started: ICE has not connected.
    New,
    /// The handshake runs, or has ended and the peer's fingerprint is not known yet.
    Connecting,
    /// The peer is who it should be; keys are out.
    Connected,
    /// The handshake did not succeed.
    Failed,
    /// Was connected, and either side closed.
    Closed,
}

impl DtlsState {
    /// As in mediasoup's API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

/// Versions of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtlsVersion {
    /// RFC 6347.
    V12,
    /// RFC 9147.
    V13,
}

/// One thing to do, from [`Dtls::poll`](super::Dtls::poll).
#[derive(Debug)]
pub enum DtlsOutput<'a> {
    /// A datagram for the peer.
    Transmit(&'a [u8]),
    /// The state has changed.
    Event(DtlsEvent),
    /// A record of application data, an SCTP packet, from a peer that is verified.
    Data(&'a [u8]),
}

/// A change of state.
#[derive(Debug)]
pub enum DtlsEvent {
    /// Now [`DtlsState::Connecting`].
    Connecting,
    /// Now [`DtlsState::Connected`].
    Connected(Box<DtlsConnected>),
    /// Now [`DtlsState::Failed`].
    Failed(DtlsFailure),
    /// Now [`DtlsState::Closed`], by the peer.
    Closed,
}

/// What a successful handshake yields.
#[derive(Debug)]
pub struct DtlsConnected {
    /// The keys for SRTP in both directions.
    pub srtp: SrtpKeys,
    /// The peer's certificate, PEM.
    pub remote_certificate: String,
    /// The version that both agreed on.
    pub version: DtlsVersion,
}
