use super::{Consume, ConsumeData, Produce, ProduceData};
use crate::ids::{ConsumerId, DataConsumerId, DataProducerId, ProducerId};
use miso_ice::{ConsentTimeout, ListenInfo, Offers};
use miso_secure::{DtlsRole, Fingerprint};
use miso_wire::Bitrate;

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

/// How a WebRTC transport is made (fact sheet 1.6).
#[derive(Clone, Debug)]
pub struct WebRtcTransportOptions {
    /// Where it can be reached; the order gives the candidates' priority. At least one.
    pub listen: Vec<ListenInfo>,
    /// Which protocols become candidates, and which is preferred.
    pub offers: Offers,
    /// Silence after which consent is lost (RFC 7675).
    pub ice_consent_timeout: ConsentTimeout,
    /// Where the estimate of the path to the peer starts.
    pub initial_available_outgoing_bitrate: Bitrate,
    /// DataChannels, when given.
    pub sctp: Option<SctpTransportOptions>,
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
    /// Changes the ICE credentials; answered with [`Response::IceCredentials`](super::Response::IceCredentials).
    RestartIce,
    /// Limits what the peer sends; zero is no limit.
    SetMaxIncomingBitrate(Bitrate),
    /// Limits what is sent to the peer; zero is no limit.
    SetMaxOutgoingBitrate(Bitrate),
    /// Sets a floor of what is sent to the peer; zero is none.
    SetMinOutgoingBitrate(Bitrate),
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
