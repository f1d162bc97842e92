//! What is traced of transports, producers and consumers where the owner asks for it (fact sheet 1.6.1, 1.11, 1.12).

use miso_wire::{Bitrate, Mid, Pt, Rid, RtpTime, SenderInfo, Seq, Ssrc};
use std::time::Instant;

/// What can be traced of producers and consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaTraceKind {
    /// RTP packets; first packets of key frames only where these are not traced themselves.
    Rtp,
    /// First packets of key frames.
    KeyFrame,
    /// Requests for lost packets.
    Nack,
    /// Requests for a key frame, by PLI.
    Pli,
    /// Requests for a key frame, by FIR.
    Fir,
    /// Sender reports; of producers only.
    SenderReport,
}

impl MediaTraceKind {
    const ALL: [Self; 6] = [
        Self::Rtp,
        Self::KeyFrame,
        Self::Nack,
        Self::Pli,
        Self::Fir,
        Self::SenderReport,
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What is traced of a producer or consumer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MediaTraces(u8);

impl MediaTraces {
    /// Of these kinds.
    pub(crate) fn new(kinds: &[MediaTraceKind]) -> Self {
        Self(kinds.iter().fold(0, |set, kind| set | kind.bit()))
    }

    /// Whether this kind is traced.
    pub(crate) const fn has(self, kind: MediaTraceKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether packets are to be looked at: all that the packet path asks.
    #[inline]
    pub(crate) const fn has_packets(self) -> bool {
        self.0 & (MediaTraceKind::Rtp.bit() | MediaTraceKind::KeyFrame.bit()) != 0
    }

    /// Its kinds.
    pub(crate) fn kinds(self) -> Vec<MediaTraceKind> {
        let all = MediaTraceKind::ALL.into_iter();
        all.filter(|kind| self.has(*kind)).collect()
    }

    /// What a packet is told as; none where it is not traced.
    pub(crate) fn told(self, packet: PacketTrace) -> Option<MediaTraceInfo> {
        if packet.key_frame && self.has(MediaTraceKind::KeyFrame) {
            Some(MediaTraceInfo::KeyFrame(packet))
        } else if self.has(MediaTraceKind::Rtp) {
            Some(MediaTraceInfo::Rtp(packet))
        } else {
            None
        }
    }
}

/// Which way it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceDirection {
    /// From the peer.
    In,
    /// To the peer.
    Out,
}

/// Something that was traced of a producer or consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaTrace {
    /// When.
    pub at: Instant,
    /// Which way.
    pub direction: TraceDirection,
    /// What.
    pub info: MediaTraceInfo,
}

/// What was traced of a producer or consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaTraceInfo {
    /// A packet.
    Rtp(PacketTrace),
    /// The first packet of a key frame.
    KeyFrame(PacketTrace),
    /// Lost packets were asked for.
    Nack,
    /// A key frame of this stream was asked for.
    Pli(Ssrc),
    /// A key frame of this stream was asked for.
    Fir(Ssrc),
    /// A sender report came.
    SenderReport(SenderInfo),
}

/// A traced packet: of producers as it came, of consumers as it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketTrace {
    /// Payload type.
    pub pt: Pt,
    /// Sequence number.
    pub seq: Seq,
    /// Timestamp.
    pub timestamp: RtpTime,
    /// Marker bit.
    pub marker: bool,
    /// Stream.
    pub ssrc: Ssrc,
    /// Whether it is the first of a key frame.
    pub key_frame: bool,
    /// Bytes, without what SRTP adds.
    pub size: usize,
    /// Bytes of payload.
    pub payload_size: usize,
    /// Spatial layer.
    pub spatial: u8,
    /// Temporal layer.
    pub temporal: u8,
    /// MID that it carries.
    pub mid: Option<Mid>,
    /// RID that it carries.
    pub rid: Option<Rid>,
    /// RID of the repaired stream that it carries.
    pub rrid: Option<Rid>,
    /// Transport-wide sequence number that it carries.
    pub transport_seq: Option<Seq>,
    /// Whether it came or left by RTX. One that came is told as the packet that it repeats, one that left as it is.
    pub is_rtx: bool,
}

/// What can be traced of transports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportTraceKind {
    /// Packets that probe the path.
    Probation,
    /// Estimates of what the path to the peer gives.
    Bwe,
}

/// What is traced of a transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TransportTraces {
    probation: bool,
    bwe: bool,
}

impl TransportTraces {
    /// Of these kinds.
    pub(crate) fn new(kinds: &[TransportTraceKind]) -> Self {
        Self {
            probation: kinds.contains(&TransportTraceKind::Probation),
            bwe: kinds.contains(&TransportTraceKind::Bwe),
        }
    }

    /// Whether this kind is traced.
    pub(crate) const fn has(self, kind: TransportTraceKind) -> bool {
        match kind {
            TransportTraceKind::Probation => self.probation,
            TransportTraceKind::Bwe => self.bwe,
        }
    }

    /// Its kinds.
    pub(crate) fn kinds(self) -> Vec<TransportTraceKind> {
        let all = [TransportTraceKind::Probation, TransportTraceKind::Bwe];
        all.into_iter().filter(|kind| self.has(*kind)).collect()
    }
}

/// Something that was traced of a transport. It always concerns the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportTrace {
    /// When.
    pub at: Instant,
    /// What.
    pub info: TransportTraceInfo,
}

/// What was traced of a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportTraceInfo {
    /// A packet that probes the path was sent.
    Probation,
    /// There is a new estimate.
    Bwe(BweTrace),
}

impl TransportTraceInfo {
    /// Its kind.
    pub const fn kind(self) -> TransportTraceKind {
        match self {
            Self::Probation => TransportTraceKind::Probation,
            Self::Bwe(_) => TransportTraceKind::Bwe,
        }
    }
}

/// How the path to a peer is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BweType {
    /// From transport-wide feedback.
    TransportCc,
    /// From REMB.
    Remb,
}

/// An estimate, with what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BweTrace {
    /// How it was made.
    pub bwe_type: BweType,
    /// What the transport's consumers want.
    pub desired: Bitrate,
    /// The same, falling more slowly than they do.
    pub effective_desired: Bitrate,
    /// Floor of the estimate.
    pub min: Bitrate,
    /// Ceiling of the estimate.
    pub max: Bitrate,
    /// Where the estimate started.
    pub start: Bitrate,
    /// Most that is filled up by probing.
    pub max_padding: Bitrate,
    /// What the path gives.
    pub available: Bitrate,
}

#[cfg(test)]
mod tests;
