//! SCTP over DTLS or plain UDP: the association behind DataChannels (RFC 9260 with the extensions of RFC 8831).
//!
//! [`Association`] is sans-IO. Feed it with [`handle_packet`](Association::handle_packet),
//! [`handle_timeout`](Association::handle_timeout) and the calls that send; after **every** input drain
//! [`poll_transmit`](Association::poll_transmit) and [`poll_event`](Association::poll_event), then arm a timer with
//! [`poll_timeout`](Association::poll_timeout).
//!
//! The protocol itself is `dcsctp`'s. What is added here: authenticated state cookies (see `cookie`), randomness that
//! comes from the caller, bounds on what a hostile peer can make us hold, counters instead of logs, and mediasoup's
//! states and constants. `docs/adr/0003-sctp-library.md` says why that library, and what it costs.

mod association;
mod cookie;
mod options;
mod packet;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use association::Association;
pub use options::{SctpOptions, ZeroChecksum};

/// Number of a stream, 0 to 65534 (RFC 8831, section 6.5: 65535 is reserved).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u16);

/// Payload protocol identifier: what kind of message this is (RFC 8831, section 8). Never interpreted here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ppid(pub u32);

impl Ppid {
    /// Data Channel Establishment Protocol.
    pub const DCEP: Self = Self(50);
    /// Non-empty UTF-8 text.
    pub const STRING: Self = Self(51);
    /// Non-empty binary data.
    pub const BINARY: Self = Self(53);
    /// Empty text, sent as one byte because SCTP has no empty messages.
    pub const STRING_EMPTY: Self = Self(56);
    /// Empty binary data, sent as one byte.
    pub const BINARY_EMPTY: Self = Self(57);
}

/// Life of an association. It only moves forward; a closed one never restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SctpState {
    /// Nothing was sent; an INIT of the peer is answered.
    New,
    /// The handshake is under way.
    Connecting,
    /// Messages flow.
    Connected,
    /// The handshake ended with an error.
    Failed,
    /// It was connected and is no more, or it was closed by [`Association::close`].
    Closed,
}

impl SctpState {
    /// Whether this is the end: [`SctpState::Failed`] or [`SctpState::Closed`].
    pub fn is_final(self) -> bool {
        matches!(self, Self::Failed | Self::Closed)
    }
}

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingMessage<'a> {
    /// The stream that carries it.
    pub stream_id: StreamId,
    /// Passed to the peer unchanged.
    pub ppid: Ppid,
    /// At least one byte, at most [`SctpOptions::max_send_message_size`].
    pub payload: &'a [u8],
}

/// How much is done to get a message through (RFC 3758 and the W3C's data channel options).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reliability {
    /// Delivered in the order of sending. An ordered message is always fully reliable: the two limits are then
    /// without effect, as in mediasoup.
    pub ordered: bool,
    /// Given up when not delivered after this long. Needs FORWARD-TSN at the peer, else without effect.
    pub max_packet_life_time: Option<Duration>,
    /// Given up after this many retransmissions. Needs FORWARD-TSN at the peer, else without effect.
    pub max_retransmits: Option<u16>,
}

impl Reliability {
    /// Ordered and never given up.
    pub const ORDERED: Self = Self {
        ordered: true,
        max_packet_life_time: None,
        max_retransmits: None,
    };
    /// In any order, never given up.
    pub const UNORDERED: Self = Self {
        ordered: false,
        max_packet_life_time: None,
        max_retransmits: None,
    };
}

/// What an association has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SctpEvent {
    /// The state is another now.
    StateChanged(SctpState),
    /// How many streams both sides agreed on; comes right before [`SctpState::Connected`].
    Negotiated {
        /// Streams that we may send on.
        max_outbound: u16,
        /// Streams that the peer may send on.
        max_inbound: u16,
    },
    /// A complete message.
    Message {
        /// The stream it came on.
        stream_id: StreamId,
        /// What the sender gave.
        ppid: Ppid,
        /// At least one byte, at most [`SctpOptions::max_recv_message_size`].
        payload: Vec<u8>,
    },
    /// The peer closed these streams in its sending direction (RFC 6525). An empty list means all streams.
    StreamResetByPeer {
        /// The streams.
        ids: Vec<StreamId>,
    },
    /// What waits to be sent on the stream fell to its threshold or below.
    BufferedAmountLow {
        /// The stream.
        stream_id: StreamId,
    },
}

/// Why a message was not accepted for sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The send buffer, or this stream's share of it, is full. Try again after [`SctpEvent::BufferedAmountLow`].
    #[error("SCTP send buffer is full")]
    BufferFull,
    /// Longer than [`SctpOptions::max_send_message_size`].
    #[error("message is longer than the maximum message size")]
    TooLong,
    /// SCTP has no empty messages; send one byte with an `…EMPTY` [`Ppid`].
    #[error("message is empty")]
    Empty,
    /// The association is over or shutting down.
    #[error("SCTP association is closed")]
    Closed,
}

/// Why a stream cannot be reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResetError {
    /// Only a connected association resets streams.
    #[error("SCTP association is not connected")]
    NotConnected,
    /// The peer does not know RE-CONFIG (RFC 6525).
    #[error("peer does not support stream reset")]
    NotSupported,
}

/// Counters since the association was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SctpStats {
    /// Packets given to [`Association::handle_packet`].
    pub packets_received: u64,
    /// Packets handed out by [`Association::poll_transmit`].
    pub packets_sent: u64,
    /// Messages given to the caller.
    pub messages_received: u64,
    /// Messages accepted for sending.
    pub messages_sent: u64,
    /// Times the peer restarted the association.
    pub restarts: u64,
    /// What was not processed, by reason.
    pub discarded: SctpDiscards,
}

/// What was not processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SctpDiscards {
    /// Packets that are no SCTP packet for our port, or whose chunks do not fill them.
    pub malformed: u64,
    /// Packets and chunks that parsed at the outside but were refused by the protocol (checksum, tag, order).
    pub refused: u64,
    /// Packets with a state cookie that we did not make, or made too long ago.
    pub bad_cookie: u64,
    /// Packets that came after the end.
    pub after_end: u64,
    /// Received messages longer than [`SctpOptions::max_recv_message_size`].
    pub too_long_messages: u64,
    /// Associations ended (0 or 1) because the peer sent fragments that never became messages.
    pub fragment_floods: u64,
    /// Packets of ours that the caller let pile up, or whose buffer was too small for them.
    pub not_sent: u64,
}
