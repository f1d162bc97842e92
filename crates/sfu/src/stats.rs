//! Statistics as the API gives them (fact sheet 1.6 to 1.14). Fields serialise under mediasoup's names; ids and the
//! `timestamp` are added by the engine, which knows them.

use miso_ice::{IceState, Tuple};
use miso_ortc::MediaKind;
use miso_secure::DtlsState;
use miso_wire::{Bitrate, Rid, Ssrc};
use std::collections::BTreeMap;

use crate::command::PreferredLayers;
use crate::dump::SocketPath;
use crate::event::ConsumerLayers;
use crate::sctp::SctpState;

/// Which way a stream runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamDirection {
    /// From the peer to us: `inbound-rtp`.
    Recv,
    /// From us to the peer: `outbound-rtp`.
    Send,
}

/// Statistics of one RTP stream (fact sheet 1.13).
#[derive(Clone, Debug)]
pub struct StreamStats {
    /// Which way it runs.
    pub direction: StreamDirection,
    /// Its SSRC.
    pub ssrc: Ssrc,
    /// Audio or video.
    pub kind: MediaKind,
    /// For instance `video/VP8`.
    pub mime_type: String,
    /// Its RID.
    pub rid: Option<Rid>,
    /// SSRC of its retransmissions, once known.
    pub rtx_ssrc: Option<Ssrc>,
    /// Packets lost.
    pub packets_lost: u32,
    /// Of the last report interval, in 1/256.
    pub fraction_lost: u8,
    /// Interarrival jitter in units of the RTP clock.
    pub jitter: u32,
    /// Packets refused for their sequence number.
    pub packets_discarded: u64,
    /// Packets that came or went once more.
    pub packets_retransmitted: u64,
    /// Of these, the ones that filled a gap.
    pub packets_repaired: u64,
    /// NACK messages.
    pub nack_count: u64,
    /// Packets asked for in them.
    pub nack_packet_count: u64,
    /// PLI messages.
    pub pli_count: u64,
    /// FIR messages.
    pub fir_count: u64,
    /// Milliseconds; none while unknown.
    pub round_trip_time: Option<f64>,
    /// RTX packets refused.
    pub rtx_packets_discarded: u64,
    /// 0 (dead) to 10 (perfect).
    pub score: u8,
    /// Packets, padding-only ones included.
    pub packet_count: u64,
    /// Bytes, padding-only packets excluded.
    pub byte_count: u64,
    /// At present.
    pub bitrate: Bitrate,
    /// Of each layer `spatial.temporal`; received streams only.
    pub bitrate_by_layer: BTreeMap<String, Bitrate>,
}

/// What a transport carried in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes since the start.
    pub bytes: u64,
    /// At present.
    pub bitrate: Bitrate,
}

/// Statistics of a transport (fact sheet 1.6.1).
#[derive(Clone, Debug)]
pub struct TransportStats {
    /// WebRTC transports only.
    pub ice: Option<IceStats>,
    /// Plain transports only.
    pub plain: Option<PlainStats>,
    /// Pipe transports only: the socket with the other end behind it.
    pub pipe: Option<SocketPath>,
    /// Transports with SCTP only.
    pub sctp_state: Option<SctpState>,
    /// Everything received on the wire.
    pub received: Traffic,
    /// Everything sent on the wire.
    pub sent: Traffic,
    /// Media RTP received.
    pub rtp_received: Traffic,
    /// Media RTP sent.
    pub rtp_sent: Traffic,
    /// RTX received.
    pub rtx_received: Traffic,
    /// Retransmissions sent.
    pub rtx_sent: Traffic,
    /// Probe packets sent.
    pub probation_sent: Traffic,
    /// What the path to the peer gives, once estimated.
    pub available_outgoing_bitrate: Option<Bitrate>,
    /// What the path from the peer gives, once estimated.
    pub available_incoming_bitrate: Option<Bitrate>,
    /// Limit in force, none without.
    pub max_incoming_bitrate: Option<Bitrate>,
    /// Limit in force, none without.
    pub max_outgoing_bitrate: Option<Bitrate>,
    /// Floor in force, none without.
    pub min_outgoing_bitrate: Option<Bitrate>,
    /// Share of the peer's packets that were lost, 0 to 1, where the peer gets feedback about its rate.
    pub packet_loss_received: Option<f64>,
    /// Share of the packets to the peer that were lost, 0 to 1, where the path to it is estimated.
    pub packet_loss_sent: Option<f64>,
}

/// The part of a WebRTC transport's statistics that other kinds lack.
#[derive(Clone, Debug)]
pub struct IceStats {
    /// State of ICE.
    pub ice_state: IceState,
    /// The path in use.
    pub ice_selected_tuple: Option<Tuple>,
    /// State of DTLS.
    pub dtls_state: DtlsState,
}

/// The part of a plain transport's statistics that other kinds lack.
#[derive(Clone, Copy, Debug)]
pub struct PlainStats {
    /// Whether the peer's addresses are learnt from its packets.
    pub comedia: bool,
    /// The socket for media and SCTP; for RTCP too if there is no other.
    pub rtp: SocketPath,
    /// The socket for RTCP alone.
    pub rtcp: Option<SocketPath>,
}

/// Statistics of a data producer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataProducerStats {
    /// Messages received.
    pub messages_received: u64,
    /// Bytes of them.
    pub bytes_received: u64,
}

/// Statistics of a data consumer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataConsumerStats {
    /// Messages sent.
    pub messages_sent: u64,
    /// Bytes of them.
    pub bytes_sent: u64,
    /// Bytes queued.
    pub buffered_amount: usize,
}

/// Which layers a consumer gets, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerReport {
    /// What its owner wants.
    pub preferred: Option<PreferredLayers>,
    /// What it is to get; none for nothing.
    pub target: Option<ConsumerLayers>,
    /// What it gets.
    pub current: Option<ConsumerLayers>,
    /// What keeps it from more.
    pub limited_by: LayerLimit,
    /// What the path to its peer carries, for all consumers together; none where nobody measures it.
    pub available: Option<Bitrate>,
}

/// What keeps a consumer from the highest layers that its producer announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerLimit {
    /// Nothing.
    None,
    /// Its owner prefers lower ones.
    Preference,
    /// The path to its peer carries no more.
    Bandwidth,
    /// The producer sends no more.
    Sender,
    /// It or its producer is paused.
    Paused,
}
