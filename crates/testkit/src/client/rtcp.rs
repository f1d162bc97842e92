//! What RTCP a connection exchanged.

use super::Client;
use miso_wire::{Bitrate, Ssrc};
use str0m::bwe::BweKind;
use str0m::rtp::RawPacket;
use str0m::rtp::rtcp::Rtcp;

/// RTCP packets by kind, as a connection saw them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RtcpCounts {
    /// Sender reports that came.
    pub sender_reports: u64,
    /// Receiver reports that came.
    pub receiver_reports: u64,
    /// Extended reports that came.
    pub extended_reports: u64,
    /// NACKs that came.
    pub nacks: u64,
    /// NACKs that went.
    pub nacks_sent: u64,
    /// PLIs that came.
    pub plis: u64,
    /// Transport-wide feedback that came.
    pub transport_cc: u64,
    /// REMBs that came: what each allowed, bit/s.
    pub rembs: Vec<u64>,
    /// RTP packets that came, retransmissions included.
    pub rtp: u64,
    /// RTP packets that went, retransmissions included.
    pub rtp_sent: u64,
}

impl RtcpCounts {
    pub(super) fn count(&mut self, packet: &RawPacket) {
        match packet {
            RawPacket::RtcpRx(rtcp) => self.count_received(rtcp),
            RawPacket::RtcpTx(Rtcp::Nack(_)) => self.nacks_sent += 1,
            RawPacket::RtcpTx(_) => {}
            RawPacket::RtpTx(..) => self.rtp_sent += 1,
            RawPacket::RtpRx(..) => self.rtp += 1,
        }
    }

    fn count_received(&mut self, rtcp: &Rtcp) {
        match rtcp {
            Rtcp::SenderReport(_) => self.sender_reports += 1,
            Rtcp::ReceiverReport(_) => self.receiver_reports += 1,
            Rtcp::ExtendedReport(_) => self.extended_reports += 1,
            Rtcp::Nack(_) => self.nacks += 1,
            Rtcp::Pli(_) => self.plis += 1,
            Rtcp::Twcc(_) => self.transport_cc += 1,
            Rtcp::Remb(remb) => self.rembs.push(remb.bitrate as u64),
            _ => {}
        }
    }
}

/// What the path is thought to give.
pub(super) fn estimate_of(kind: &BweKind) -> Bitrate {
    match kind {
        BweKind::Twcc { estimate, .. } => Bitrate(estimate.as_u64()),
        BweKind::Remb { estimate, .. } => Bitrate(estimate.as_u64()),
        _ => Bitrate::ZERO,
    }
}

impl Client {
    /// Tells the server what it may send at most of a stream, by REMB.
    pub fn allow_bitrate(&mut self, ssrc: Ssrc, bitrate: Bitrate) {
        if let Some(stream) = self.rtc.direct_api().stream_rx(&ssrc.0.into()) {
            stream.request_remb(bitrate.0.into());
        }
    }
}
