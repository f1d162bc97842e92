//! How objects are made. Defaults are mediasoup's.

use std::time::Duration;

use miso_ortc::{MediaKind, RtpCapabilities, RtpParameters, SctpStreamParameters};
use miso_sfu::command::SctpTransportOptions;
use miso_wire::Bitrate;
use serde_json::Value;

use super::{ConsumerLayers, SrtpCryptoSuite, TransportListenInfo};

/// How a WebRTC transport is made (fact sheet 1.6).
#[derive(Clone, Debug)]
pub struct WebRtcTransportOptions {
    /// Whether UDP candidates are offered.
    pub enable_udp: bool,
    /// Whether TCP candidates are offered.
    pub enable_tcp: bool,
    /// Whether UDP candidates go before others.
    pub prefer_udp: bool,
    /// Whether TCP candidates go before others.
    pub prefer_tcp: bool,
    /// Silence after which the peer is taken for gone: zero for never, else brought into 10 to 60 seconds (RFC 7675).
    pub ice_consent_timeout: Duration,
    /// Where the estimate of the path to the peer starts.
    pub initial_available_outgoing_bitrate: Bitrate,
    /// DataChannels, when given.
    pub sctp: Option<SctpTransportOptions>,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl Default for WebRtcTransportOptions {
    fn default() -> Self {
        Self {
            enable_udp: true,
            enable_tcp: true,
            prefer_udp: false,
            prefer_tcp: false,
            ice_consent_timeout: Duration::from_secs(30),
            initial_available_outgoing_bitrate: Bitrate::kbps(600),
            sctp: None,
            app_data: empty_object(),
        }
    }
}

/// How a plain transport is made (fact sheet 1.7).
#[derive(Clone, Debug)]
pub struct PlainTransportOptions {
    /// Where it takes media and SCTP.
    pub listen_info: TransportListenInfo,
    /// Where it takes RTCP. With it, `rtcp_mux` means nothing; without it and `rtcp_mux`, RTCP gets a socket like that of
    /// media, so that a fixed port does not do.
    pub rtcp_listen_info: Option<TransportListenInfo>,
    /// Whether RTCP comes and goes by the socket of media.
    pub rtcp_mux: bool,
    /// Whether the peer's addresses are learnt from its first valid packets instead of told.
    pub comedia: bool,
    /// SCTP straight on UDP, when given.
    pub sctp: Option<SctpTransportOptions>,
    /// Whether packets are protected; then `connect` must tell the peer's key.
    pub enable_srtp: bool,
    /// The suite of this end's key, until the peer's key is of another.
    pub srtp_crypto_suite: SrtpCryptoSuite,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl PlainTransportOptions {
    /// RTP and RTCP in clear on one socket, the peer's address to be told.
    pub fn new(listen_info: TransportListenInfo) -> Self {
        Self {
            listen_info,
            rtcp_listen_info: None,
            rtcp_mux: true,
            comedia: false,
            sctp: None,
            enable_srtp: false,
            srtp_crypto_suite: SrtpCryptoSuite::AesCm128HmacSha1_80,
            app_data: empty_object(),
        }
    }
}

/// How a pipe transport is made (fact sheet 1.8).
#[derive(Clone, Debug)]
pub struct PipeTransportOptions {
    /// Where it takes packets.
    pub listen_info: TransportListenInfo,
    /// SCTP straight on UDP, when given; both ends need it.
    pub sctp: Option<SctpTransportOptions>,
    /// Whether its consumers send lost packets again.
    pub enable_rtx: bool,
    /// Whether packets are protected, by AES-256-GCM; both ends need it, and each must be told the other's key.
    pub enable_srtp: bool,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl PipeTransportOptions {
    /// In clear, without retransmission and messages.
    pub fn new(listen_info: TransportListenInfo) -> Self {
        Self {
            listen_info,
            sctp: None,
            enable_rtx: false,
            enable_srtp: false,
            app_data: empty_object(),
        }
    }
}

/// How a transport for this process itself is made (fact sheet 1.9).
#[derive(Clone, Debug)]
pub struct DirectTransportOptions {
    /// Longest message that leaves the engine, bytes.
    pub max_send_message_size: usize,
    /// Longest message that is accepted, bytes.
    pub max_receive_message_size: usize,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl Default for DirectTransportOptions {
    fn default() -> Self {
        Self {
            max_send_message_size: 262_144,
            max_receive_message_size: 262_144,
            app_data: empty_object(),
        }
    }
}

/// How a producer is made (fact sheet 1.11).
#[derive(Clone, Debug)]
pub struct ProducerOptions {
    /// The producer's id, if not a random one.
    pub id: Option<String>,
    /// Audio or video.
    pub kind: MediaKind,
    /// What the peer sends.
    pub rtp_parameters: RtpParameters,
    /// Whether it starts paused.
    pub paused: bool,
    /// Least time between two key frame requests; zero for none.
    pub key_frame_request_delay: Duration,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl ProducerOptions {
    /// A producer of these parameters that is not paused.
    pub fn new(kind: MediaKind, rtp_parameters: RtpParameters) -> Self {
        Self {
            id: None,
            kind,
            rtp_parameters,
            paused: false,
            key_frame_request_delay: Duration::ZERO,
            app_data: empty_object(),
        }
    }
}

/// How a consumer is made (fact sheet 1.12).
#[derive(Clone, Debug)]
pub struct ConsumerOptions {
    /// What to forward: any producer of the same router.
    pub producer_id: String,
    /// What the peer can take.
    pub rtp_capabilities: RtpCapabilities,
    /// Whether it starts paused; recommended until the peer is ready.
    pub paused: bool,
    /// Whether lost packets are sent again; none: for video only.
    pub enable_rtx: Option<bool>,
    /// Whether DTX packets of Opus are left out.
    pub ignore_dtx: bool,
    /// Layers to start with; none: the highest.
    pub preferred_layers: Option<ConsumerLayers>,
    /// The MID, if not the transport's next number.
    pub mid: Option<String>,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl ConsumerOptions {
    /// A consumer that is not paused.
    pub fn new(producer_id: impl Into<String>, rtp_capabilities: RtpCapabilities) -> Self {
        Self {
            producer_id: producer_id.into(),
            rtp_capabilities,
            paused: false,
            enable_rtx: None,
            ignore_dtx: false,
            preferred_layers: None,
            mid: None,
            app_data: empty_object(),
        }
    }
}

/// How a data producer is made (fact sheet 1.14).
#[derive(Clone, Debug)]
pub struct DataProducerOptions {
    /// The data producer's id, if not a random one.
    pub id: Option<String>,
    /// The SCTP stream; needed unless the transport is direct, where it is not looked at.
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Label of the DataChannel.
    pub label: String,
    /// Subprotocol of the DataChannel.
    pub protocol: String,
    /// Whether it starts paused.
    pub paused: bool,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl Default for DataProducerOptions {
    fn default() -> Self {
        Self {
            id: None,
            sctp_stream_parameters: None,
            label: String::new(),
            protocol: String::new(),
            paused: false,
            app_data: empty_object(),
        }
    }
}

/// How a data consumer is made (fact sheet 1.14). Label and protocol are the data producer's.
#[derive(Clone, Debug)]
pub struct DataConsumerOptions {
    /// What to forward: any data producer of the same router.
    pub data_producer_id: String,
    /// Whether messages arrive in order; none: as the data producer's.
    pub ordered: Option<bool>,
    /// For how long a message is tried, milliseconds; makes it unordered.
    pub max_packet_life_time: Option<u16>,
    /// How often a message is sent again; makes it unordered.
    pub max_retransmits: Option<u16>,
    /// Whether it starts paused.
    pub paused: bool,
    /// Subchannels that it is subscribed to.
    pub subchannels: Vec<u16>,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl DataConsumerOptions {
    /// A data consumer that delivers as the data producer does.
    pub fn new(data_producer_id: impl Into<String>) -> Self {
        Self {
            data_producer_id: data_producer_id.into(),
            ordered: None,
            max_packet_life_time: None,
            max_retransmits: None,
            paused: false,
            subchannels: Vec::new(),
            app_data: empty_object(),
        }
    }
}

/// How an audio level observer is made (fact sheet 1.15).
#[derive(Clone, Debug)]
pub struct AudioLevelOptions {
    /// How many producers a report names at most; at least 1.
    pub max_entries: u16,
    /// Average below which a producer is silent, dBov, -127 to 0.
    pub threshold: i8,
    /// Time between reports, brought into 250 to 5000 ms.
    pub interval: Duration,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl Default for AudioLevelOptions {
    fn default() -> Self {
        Self {
            max_entries: 1,
            threshold: -80,
            interval: Duration::from_secs(1),
            app_data: empty_object(),
        }
    }
}

/// How an active speaker observer is made (fact sheet 1.15).
#[derive(Clone, Debug)]
pub struct ActiveSpeakerOptions {
    /// Time between decisions, brought into 100 to 5000 ms.
    pub interval: Duration,
    /// Anything of the owner's.
    pub app_data: Value,
}

impl Default for ActiveSpeakerOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(300),
            app_data: empty_object(),
        }
    }
}

/// mediasoup's default of `appData`.
fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}
