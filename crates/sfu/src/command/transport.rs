use super::{Consume, ConsumeData, Produce, ProduceData};
use crate::ids::{ConsumerId, DataConsumerId, DataProducerId, ProducerId};
use crate::trace::TransportTraceKind;
use miso_ice::{ConsentTimeout, ListenInfo, Offers, Protocol};
use miso_secure::{DtlsRole, Fingerprint, SrtpCryptoSuite};
use miso_wire::Bitrate;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// SCTP settings of a transport (fact sheet 1.6 and 4.8). All sizes are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpTransportOptions {
    /// Longest message that is sent.
    pub max_send_message_size: usize,
    /// Longest message that is accepted.
    pub max_receive_message_size: usize,
    /// All streams' send queues together.
    pub send_buffer_size: usize,
    /// Send queue of one stream.
    pub per_stream_send_queue_limit: usize,
    /// Receiver window that is advertised.
    pub max_receiver_window_buffer_size: usize,
    /// Buffered amount low threshold that every stream starts with.
    pub default_stream_buffered_amount_low_threshold: usize,
}

impl Default for SctpTransportOptions {
    fn default() -> Self {
        Self {
            max_send_message_size: 262_144,
            max_receive_message_size: 262_144,
            send_buffer_size: 2_000_000,
            per_stream_send_queue_limit: 2_000_000,
            max_receiver_window_buffer_size: 5_242_880,
            default_stream_buffered_amount_low_threshold: 1_024,
        }
    }
}

/// The sockets of the owner at which a WebRTC transport may be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sockets {
    /// All that the owner has: they are shared by all transports.
    #[default]
    All,
    /// Those that are bound like this.
    Bound(Vec<(Protocol, SocketAddr)>),
}

impl Sockets {
    /// Whether what came to `local` came by one of them.
    pub(crate) fn cover(&self, protocol: Protocol, local: SocketAddr) -> bool {
        let is_at = |(carried, bound): &(Protocol, SocketAddr)| {
            *carried == protocol
                && bound.port() == local.port()
                && (bound.ip() == local.ip() || bound.ip().is_unspecified())
        };
        match self {
            Self::All => true,
            Self::Bound(sockets) => sockets.iter().any(is_at),
        }
    }
}

/// How a WebRTC transport is made (fact sheet 1.6).
#[derive(Clone, Debug)]
pub struct WebRtcTransportOptions {
    /// Where it can be reached; the order gives the candidates' priority. At least one.
    pub listen: Vec<ListenInfo>,
    /// By which sockets a peer that proves to know its credentials is let in.
    pub sockets: Sockets,
    /// Which protocols become candidates, and which is preferred.
    pub offers: Offers,
    /// Silence after which consent is lost (RFC 7675).
    pub ice_consent_timeout: ConsentTimeout,
    /// Where the estimate of the path to the peer starts.
    pub initial_available_outgoing_bitrate: Bitrate,
    /// DataChannels, when given.
    pub sctp: Option<SctpTransportOptions>,
}

/// How a plain transport is made (fact sheet 1.7), on sockets that the owner has opened for it.
#[derive(Clone, Copy, Debug)]
pub struct PlainTransportOptions {
    /// Where the socket for media and SCTP is bound.
    pub rtp: SocketAddr,
    /// Where the socket for RTCP is bound; none: RTCP comes and goes by the other one.
    pub rtcp: Option<SocketAddr>,
    /// Whether the peer's addresses are learnt from its packets instead of told.
    pub comedia: bool,
    /// SCTP, when given.
    pub sctp: Option<SctpTransportOptions>,
    /// SRTP with this suite, when given.
    pub srtp: Option<SrtpCryptoSuite>,
}

/// What the peer of a plain transport told of itself (fact sheet 4.6).
#[derive(Clone, Debug, Default)]
pub struct PlainConnect {
    /// Its address; means nothing when addresses are learnt.
    pub ip: Option<IpAddr>,
    /// Where it takes media and SCTP; means nothing when addresses are learnt.
    pub port: Option<u16>,
    /// Where it takes RTCP, if not there; means nothing when addresses are learnt.
    pub rtcp_port: Option<u16>,
    /// The key of what it sends.
    pub srtp: Option<SrtpKey>,
}

/// How a pipe transport is made (fact sheet 1.8), on a socket that the owner has opened for it.
#[derive(Clone, Copy, Debug)]
pub struct PipeTransportOptions {
    /// Where the socket is bound.
    pub socket: SocketAddr,
    /// Whether the owner gives its consumers RTX; only told by dumps.
    pub rtx: bool,
    /// SCTP, when given.
    pub sctp: Option<SctpTransportOptions>,
    /// Whether there is SRTP, which on pipes is always AES-256-GCM.
    pub srtp: bool,
}

/// What the other end of a pipe told of itself (fact sheet 4.7).
#[derive(Clone, Debug, Default)]
pub struct PipeConnect {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// Its port.
    pub port: Option<u16>,
    /// The key of what it sends.
    pub srtp: Option<SrtpKey>,
}

/// A master key with its salt, as it came from signalling.
#[derive(Clone)]
pub struct SrtpKey {
    /// The suite that it is for.
    pub suite: SrtpCryptoSuite,
    /// Key, then salt.
    pub key_and_salt: Vec<u8>,
}

impl fmt::Debug for SrtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SrtpKey({})", self.suite)
    }
}

/// How a transport for this process itself is made (fact sheet 1.9). Sizes are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectTransportOptions {
    /// Longest message that leaves the core.
    pub max_send_message_size: usize,
    /// Longest message that is accepted.
    pub max_receive_message_size: usize,
}

/// Requests to a transport.
#[derive(Debug)]
pub enum TransportCommand {
    /// Tells the remote DTLS parameters, once; answered with [`Response::Connected`](super::Response::Connected).
    Connect {
        /// The remote certificate's fingerprints; the first one counts.
        fingerprints: Vec<Fingerprint>,
        /// The role that the remote end wants.
        role: DtlsRole,
    },
    /// Tells a plain transport of its peer, once; answered with
    /// [`Response::PlainTransport`](super::Response::PlainTransport).
    ConnectPlain(PlainConnect),
    /// Tells a pipe transport of its other end, once; answered with
    /// [`Response::PipeTransport`](super::Response::PipeTransport).
    ConnectPipe(PipeConnect),
    /// Changes the ICE credentials; answered with [`Response::IceCredentials`](super::Response::IceCredentials).
    RestartIce,
    /// Limits what the peer sends; zero is no limit.
    SetMaxIncomingBitrate(Bitrate),
    /// Limits what is sent to the peer; zero is no limit.
    SetMaxOutgoingBitrate(Bitrate),
    /// Sets a floor of what is sent to the peer; zero is none.
    SetMinOutgoingBitrate(Bitrate),
    /// Traces these kinds from now on, and no others.
    Trace(Vec<TransportTraceKind>),
    /// Makes a producer; answered with [`Response::Producer`](super::Response::Producer).
    Produce(ProducerId, Box<Produce>),
    /// Makes a consumer; answered with [`Response::Consumer`](super::Response::Consumer).
    Consume(ConsumerId, Box<Consume>),
    /// Makes a data producer.
    ProduceData(DataProducerId, ProduceData),
    /// Makes a data consumer.
    ConsumeData(DataConsumerId, ConsumeData),
    /// Closes a producer.
    CloseProducer(ProducerId),
    /// Closes a consumer.
    CloseConsumer(ConsumerId),
    /// Closes a data producer.
    CloseDataProducer(DataProducerId),
    /// Closes a data consumer.
    CloseDataConsumer(DataConsumerId),
    /// Answered with [`Response::TransportDump`](super::Response::TransportDump).
    Dump,
    /// Answered with [`Response::TransportStats`](super::Response::TransportStats).
    GetStats,
}
