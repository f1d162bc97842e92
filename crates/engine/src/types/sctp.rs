//! SCTP as signalling knows it.

use serde::Serialize;

/// Where a transport's SCTP association is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SctpState {
    /// Nobody wanted to send yet.
    New,
    /// The handshake is under way.
    Connecting,
    /// Messages flow.
    Connected,
    /// The handshake did not succeed.
    Failed,
    /// Over.
    Closed,
}

impl From<miso_sfu::sctp::SctpState> for SctpState {
    fn from(state: miso_sfu::sctp::SctpState) -> Self {
        use miso_sfu::sctp::SctpState as Core;
        match state {
            Core::New => Self::New,
            Core::Connecting => Self::Connecting,
            Core::Connected => Self::Connected,
            Core::Failed => Self::Failed,
            Core::Closed => Self::Closed,
        }
    }
}

/// How many streams both ends of an association can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SctpNegotiatedCapabilities {
    /// Towards the peer.
    pub negotiated_max_outbound_streams: u16,
    /// From the peer.
    pub negotiated_max_inbound_streams: u16,
}

impl From<miso_sfu::event::SctpCapabilities> for SctpNegotiatedCapabilities {
    fn from(negotiated: miso_sfu::event::SctpCapabilities) -> Self {
        Self {
            negotiated_max_outbound_streams: negotiated.max_outbound_streams,
            negotiated_max_inbound_streams: negotiated.max_inbound_streams,
        }
    }
}
