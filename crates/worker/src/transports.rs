//! What is known of transports and WebRTC servers besides the core.

use miso_ice::ListenInfo;
use miso_sfu::command::SctpTransportOptions;

use crate::net::SocketId;

/// A transport.
#[derive(Clone, Debug)]
pub(crate) struct TransportState {
    /// Its router.
    pub(crate) router: u64,
    /// The server whose sockets it uses.
    pub(crate) server: Option<u64>,
    /// Sockets of its own.
    pub(crate) sockets: Vec<SocketId>,
    /// Longest messages, bytes: sent and received.
    pub(crate) message_sizes: (u32, u32),
    /// SCTP settings, when enabled.
    pub(crate) sctp: Option<SctpTransportOptions>,
    /// Whether it belongs to the library's process.
    pub(crate) is_direct: bool,
}

/// Listening sockets that several transports share.
#[derive(Clone, Debug)]
pub(crate) struct WebRtcServer {
    pub(crate) sockets: Vec<SocketId>,
    pub(crate) listen: Vec<ListenInfo>,
}
