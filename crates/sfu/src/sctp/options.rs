//! The constants of an association (mediasoup's, and through it WebRTC's) and their form for `dcsctp`.

use std::time::Duration;

use dcsctp::api::{
    Options, ZERO_CHECKSUM_ALTERNATE_ERROR_DETECTION_METHOD_LOWER_LAYER_DTLS,
    ZERO_CHECKSUM_ALTERNATE_ERROR_DETECTION_METHOD_NONE, ZeroChecksumAlternateErrorDetectionMethod,
};

/// Both ends of every DataChannel association, by convention of SDP's `sctp-port`.
pub(super) const PORT: u16 = 5000;

/// Largest packet that we make. Larger saves headers; too large and a path drops or fragments it. 1191 fits IPv6's
/// minimum of 1280 with UDP, DTLS and TURN around it.
pub(super) const MTU: usize = 1191;

/// Streams announced in either direction. A stream costs nothing before it is used.
const ANNOUNCED_STREAMS: u16 = u16::MAX;

/// Retransmission timeout: before the first measurement, and its bounds. A lower minimum repairs loss sooner, but must
/// stay above the peer's delayed acknowledgement (200 ms), else it repeats what has arrived.
const RTO_INITIAL: Duration = Duration::from_millis(500);
const RTO_MIN: Duration = Duration::from_millis(400);
const RTO_MAX: Duration = Duration::from_secs(60);

/// First wait for INIT ACK, COOKIE ACK and SHUTDOWN ACK, doubled from the second repetition on. Lower connects sooner after a loss.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(1);

/// INIT and COOKIE ECHO are repeated this often, which takes 256 s until the association fails.
const MAX_INIT_RETRANSMISSIONS: u32 = 8;

/// Timeouts in a row, without any acknowledgement, until the association is closed. Lower notices a dead peer sooner
/// and gives up on a long outage.
const MAX_RETRANSMISSIONS: u32 = 10;

/// Pause between heartbeats on an idle association. Lower notices a dead peer sooner and sends more.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);

/// An acknowledgement waits this long for company. Higher saves packets and delays the peer's repairs.
const DELAYED_ACK: Duration = Duration::from_millis(200);

/// The error detection that replaces the checksum when both sides offer it (RFC 9653).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZeroChecksum {
    /// Not offered; every packet carries its CRC32c.
    #[default]
    Off,
    /// The DTLS below authenticates every packet.
    SctpOverDtls,
    /// The operator answers for the network: pipes within one data centre.
    TrustedNetwork,
}

/// Settings of an association. Sizes are bytes.
#[derive(Clone, Debug)]
pub struct SctpOptions {
    /// Source of all randomness of this association: tags, sequence numbers and the key of its state cookies. Must be
    /// unpredictable and used for one association only. Equal secrets and equal input give equal packets.
    pub secret: [u8; 32],
    /// Longest message that [`Association::send`](super::Association::send) takes. Default 262144.
    pub max_send_message_size: usize,
    /// Longest message that is handed to the caller; longer ones are discarded and counted. Default 262144.
    pub max_recv_message_size: usize,
    /// What may wait to be sent on all streams. Default 2000000.
    pub send_buffer_size: usize,
    /// What may wait to be sent on one stream. Default 2000000.
    pub per_stream_send_queue_limit: usize,
    /// What may be received and not yet be a complete message; announced to the peer. Default 5242880, at least 65536.
    pub max_receiver_window_buffer_size: usize,
    /// Initial threshold of [`SctpEvent::BufferedAmountLow`](super::SctpEvent::BufferedAmountLow). Default 1024.
    pub default_buffered_amount_low_threshold: usize,
    /// Whether packets may go without checksum. Default [`ZeroChecksum::Off`].
    pub zero_checksum: ZeroChecksum,
    /// Whether messages of several streams may be interleaved (RFC 8260), if the peer can. Default `true`.
    pub message_interleaving: bool,
}

impl SctpOptions {
    /// The defaults of the API with this secret.
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            secret,
            max_send_message_size: 262_144,
            max_recv_message_size: 262_144,
            send_buffer_size: 2_000_000,
            per_stream_send_queue_limit: 2_000_000,
            max_receiver_window_buffer_size: 5_242_880,
            default_buffered_amount_low_threshold: 1024,
            zero_checksum: ZeroChecksum::Off,
            message_interleaving: true,
        }
    }

    /// The same for the library.
    pub(super) fn to_library(&self) -> Options {
        Options {
            local_port: PORT,
            remote_port: PORT,
            announced_maximum_incoming_streams: ANNOUNCED_STREAMS,
            announced_maximum_outgoing_streams: ANNOUNCED_STREAMS,
            mtu: MTU,
            max_message_size: self.max_send_message_size,
            max_receiver_window_buffer_size: self.max_receiver_window_buffer_size.max(65_536),
            max_send_buffer_size: self.send_buffer_size,
            per_stream_send_queue_limit: self.per_stream_send_queue_limit,
            default_stream_buffered_amount_low_threshold: self
                .default_buffered_amount_low_threshold,
            rto_initial: RTO_INITIAL,
            rto_min: RTO_MIN,
            rto_max: RTO_MAX,
            t1_init_timeout: HANDSHAKE_TIMEOUT,
            t1_cookie_timeout: HANDSHAKE_TIMEOUT,
            t2_shutdown_timeout: HANDSHAKE_TIMEOUT,
            heartbeat_interval: HEARTBEAT_INTERVAL,
            delayed_ack_max_timeout: DELAYED_ACK,
            max_retransmissions: Some(MAX_RETRANSMISSIONS),
            max_init_retransmits: Some(MAX_INIT_RETRANSMISSIONS),
            enable_partial_reliability: true,
            enable_message_interleaving: self.message_interleaving,
            zero_checksum_alternate_error_detection_method: self.zero_checksum.to_library(),
            ..Options::default()
        }
    }
}

impl ZeroChecksum {
    /// mediasoup's private number for "trusted network"; RFC 9653 only assigns 1.
    const TRUSTED_NETWORK: u32 = 4_294_967_294;

    fn to_library(self) -> ZeroChecksumAlternateErrorDetectionMethod {
        match self {
            Self::Off => ZERO_CHECKSUM_ALTERNATE_ERROR_DETECTION_METHOD_NONE,
            Self::SctpOverDtls => ZERO_CHECKSUM_ALTERNATE_ERROR_DETECTION_METHOD_LOWER_LAYER_DTLS,
            Self::TrustedNetwork => {
                ZeroChecksumAlternateErrorDetectionMethod(Self::TRUSTED_NETWORK)
            }
        }
    }
}
