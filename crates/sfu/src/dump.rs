//! The inner state of objects as the API shows it (fact sheet, section 1).

use crate::command::{DataType, PreferredLayers};
use crate::event::SctpCapabilities;
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use crate::sctp::SctpState;
use crate::trace::{MediaTraceKind, TransportTraceKind};
use miso_ice::{Candidate, Credentials, IceState, Tuple};
use miso_ortc::{
    ConsumerType, MediaKind, ProducerType, RtpEncodingParameters, RtpMapping, RtpParameters,
    SctpStreamParameters,
};
use miso_secure::{DtlsRole, DtlsState, Fingerprint, SrtpMasterKey};
use miso_wire::{Mid, Rid, Ssrc};
use std::net::SocketAddr;

/// The routers of a worker.
#[derive(Clone, Debug, Default)]
pub struct WorkerDump {
    /// Open routers.
    pub routers: Vec<RouterId>,
    /// Datagrams and packets that were not used, by cause; only causes that occurred.
    pub drops: Vec<(&'static str, u64)>,
}

/// The objects of a router.
#[derive(Clone, Debug, Default)]
pub struct RouterDump {
    /// Open transports.
    pub transports: Vec<TransportId>,
    /// Open observers.
    pub observers: Vec<RtpObserverId>,
    /// Which consumers each producer has.
    pub producer_consumers: Vec<(ProducerId, Vec<ConsumerId>)>,
    /// Which observers each producer has.
    pub producer_observers: Vec<(ProducerId, Vec<RtpObserverId>)>,
    /// Which data consumers each data producer has.
    pub data_producer_consumers: Vec<(DataProducerId, Vec<DataConsumerId>)>,
}

/// What a WebRTC transport shows of itself; also the answer to its creation.
#[derive(Clone, Debug)]
pub struct WebRtcTransportDump {
    /// Local credentials.
    pub ice_credentials: Credentials,
    /// Local candidates.
    pub ice_candidates: Vec<Candidate>,
    /// State of ICE.
    pub ice_state: IceState,
    /// The path in use.
    pub ice_selected_tuple: Option<Tuple>,
    /// Role of this end.
    pub dtls_role: DtlsRole,
    /// Fingerprints of the local certificate.
    pub dtls_fingerprints: Vec<Fingerprint>,
    /// State of DTLS.
    pub dtls_state: DtlsState,
    /// SCTP of this end, when enabled.
    pub sctp: Option<SctpDump>,
}

/// A socket of a transport's own with the peer behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketPath {
    /// Where the socket is bound.
    pub local: SocketAddr,
    /// The peer's address, once told or learnt.
    pub remote: Option<SocketAddr>,
}

/// What a plain transport shows of itself; also the answer to its creation and to its connecting.
#[derive(Clone, Debug)]
pub struct PlainTransportDump {
    /// Whether the peer's addresses are learnt from its packets.
    pub comedia: bool,
    /// The socket for media and SCTP; for RTCP too if there is no other.
    pub rtp: SocketPath,
    /// The socket for RTCP alone.
    pub rtcp: Option<SocketPath>,
    /// What the peer needs to understand what is sent to it; none without SRTP.
    pub srtp: Option<SrtpMasterKey>,
    /// SCTP of this end, when enabled.
    pub sctp: Option<SctpDump>,
}

/// What a pipe transport shows of itself; also the answer to its creation and to its connecting.
#[derive(Clone, Debug)]
pub struct PipeTransportDump {
    /// The socket with the other end behind it.
    pub path: SocketPath,
    /// Whether the owner gives its consumers RTX.
    pub rtx: bool,
    /// What the other end needs to understand what is sent to it; none without SRTP.
    pub srtp: Option<SrtpMasterKey>,
    /// SCTP of this end, when enabled.
    pub sctp: Option<SctpDump>,
}

/// What a transport with SCTP shows of it.
#[derive(Clone, Copy, Debug)]
pub struct SctpDump {
    /// State of the association.
    pub state: SctpState,
    /// Longest message that this end accepts, bytes.
    pub max_receive_message_size: usize,
    /// What both ends agreed on, once connected.
    pub negotiated: Option<SctpCapabilities>,
}

/// Header extension ids that a transport's peer uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecvExtensionIds {
    /// Of `sdes:mid`.
    pub mid: Option<u8>,
    /// Of `sdes:rtp-stream-id`.
    pub rid: Option<u8>,
    /// Of `sdes:repaired-rtp-stream-id`.
    pub rrid: Option<u8>,
    /// Of `abs-send-time`.
    pub abs_send_time: Option<u8>,
    /// Of `transport-wide-cc-01`.
    pub transport_wide_cc: Option<u8>,
}

/// A transport of any kind.
#[derive(Clone, Debug)]
pub struct TransportDump {
    /// WebRTC transports only.
    pub webrtc: Option<WebRtcTransportDump>,
    /// Plain transports only.
    pub plain: Option<PlainTransportDump>,
    /// Pipe transports only.
    pub pipe: Option<PipeTransportDump>,
    /// Open producers.
    pub producers: Vec<ProducerId>,
    /// Open consumers.
    pub consumers: Vec<ConsumerId>,
    /// Which consumer sends under an SSRC.
    pub ssrc_consumers: Vec<(Ssrc, ConsumerId)>,
    /// Which consumer retransmits under an SSRC.
    pub rtx_ssrc_consumers: Vec<(Ssrc, ConsumerId)>,
    /// Extension ids of received packets.
    pub recv_extension_ids: RecvExtensionIds,
    /// Which producer an SSRC belongs to.
    pub ssrc_producers: Vec<(Ssrc, ProducerId)>,
    /// Which producer a MID belongs to.
    pub mid_producers: Vec<(Mid, ProducerId)>,
    /// Which producer a RID belongs to.
    pub rid_producers: Vec<(Rid, ProducerId)>,
    /// Open data producers.
    pub data_producers: Vec<DataProducerId>,
    /// Open data consumers.
    pub data_consumers: Vec<DataConsumerId>,
    /// What is traced.
    pub traces: Vec<TransportTraceKind>,
}

/// A producer.
#[derive(Clone, Debug)]
pub struct ProducerDump {
    /// Audio or video.
    pub kind: MediaKind,
    /// How its encodings relate.
    pub producer_type: ProducerType,
    /// What the peer sends.
    pub rtp_parameters: RtpParameters,
    /// How it is called inside the router.
    pub rtp_mapping: RtpMapping,
    /// Streams that exist, as statistics.
    pub streams: Vec<crate::stats::StreamStats>,
    /// Whether it is paused.
    pub paused: bool,
    /// What is traced.
    pub traces: Vec<MediaTraceKind>,
}

/// A consumer.
#[derive(Clone, Debug)]
pub struct ConsumerDump {
    /// What it forwards.
    pub producer_id: ProducerId,
    /// Audio or video.
    pub kind: MediaKind,
    /// How it treats the producer's encodings.
    pub consumer_type: ConsumerType,
    /// What the peer gets.
    pub rtp_parameters: RtpParameters,
    /// The producer's encodings.
    pub consumable_rtp_encodings: Vec<RtpEncodingParameters>,
    /// Payload types that are forwarded.
    pub supported_codec_payload_types: Vec<u8>,
    /// Whether it is paused by its own side.
    pub paused: bool,
    /// Whether its producer is paused.
    pub producer_paused: bool,
    /// 1 to 255.
    pub priority: u8,
    /// Layers it wants, with layers only.
    pub preferred_layers: Option<PreferredLayers>,
    /// Spatial layer that it is to get, with layers only.
    pub target_spatial_layer: Option<u8>,
    /// Temporal layer that it is to get, with layers only.
    pub target_temporal_layer: Option<u8>,
    /// Spatial layer that is forwarded, with layers only.
    pub current_spatial_layer: Option<u8>,
    /// Temporal layer that is forwarded, with layers only.
    pub current_temporal_layer: Option<u8>,
    /// What is traced.
    pub traces: Vec<MediaTraceKind>,
}

/// A data producer.
#[derive(Clone, Debug)]
pub struct DataProducerDump {
    /// Where its messages come from.
    pub data_type: DataType,
    /// The SCTP stream.
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Label of the DataChannel.
    pub label: String,
    /// Subprotocol of the DataChannel.
    pub protocol: String,
    /// Whether it is paused.
    pub paused: bool,
}

/// A data consumer.
#[derive(Clone, Debug)]
pub struct DataConsumerDump {
    /// What it forwards.
    pub data_producer_id: DataProducerId,
    /// Where its messages go.
    pub data_type: DataType,
    /// The SCTP stream.
    pub sctp_stream_parameters: Option<SctpStreamParameters>,
    /// Label of the DataChannel.
    pub label: String,
    /// Subprotocol of the DataChannel.
    pub protocol: String,
    /// Whether it is paused by its own side.
    pub paused: bool,
    /// Whether its data producer is paused.
    pub data_producer_paused: bool,
    /// Subchannels that it is subscribed to, ascending.
    pub subchannels: Vec<u16>,
    /// Bytes queued.
    pub buffered_amount: usize,
    /// Threshold in force, bytes.
    pub buffered_amount_low_threshold: usize,
}
