//! What a sent stream tells about itself.

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, Ssrc};

use super::SendStream;

/// Statistics of a sent stream (fact sheet 1.13). Names, kind and RID are its owner's to add.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SendStreamStats {
    /// Its SSRC.
    pub(crate) ssrc: Ssrc,
    /// SSRC of its retransmissions.
    pub(crate) rtx_ssrc: Option<Ssrc>,
    /// Packets lost, as the receiver last reported; never negative.
    pub(crate) packets_lost: u32,
    /// Share lost, as the receiver last reported, in 1/256.
    pub(crate) fraction_lost: u8,
    /// As the receiver last reported, in units of the RTP clock.
    pub(crate) jitter: u32,
    /// Packets sent once more.
    pub(crate) packets_retransmitted: u64,
    /// Of these, the ones sent again for the first time.
    pub(crate) packets_repaired: u64,
    /// NACK messages received.
    pub(crate) nack_count: u64,
    /// Packets asked for in them.
    pub(crate) nack_packet_count: u64,
    /// PLI messages received.
    pub(crate) pli_count: u64,
    /// FIR messages received.
    pub(crate) fir_count: u64,
    /// Between us and the receiver, once measured.
    pub(crate) round_trip_time: Option<Duration>,
    /// 0 (dead) to 10 (perfect).
    pub(crate) score: u8,
    /// Packets sent, retransmissions excluded.
    pub(crate) packet_count: u64,
    /// Bytes of them, headers included.
    pub(crate) byte_count: u64,
    /// Over the last second.
    pub(crate) bitrate: Bitrate,
}

impl SendStream {
    /// The statistics now.
    pub(crate) fn stats(&self, now: Instant) -> SendStreamStats {
        let reported_lost = self.report.map_or(0, |report| report.cumulative_lost);
        SendStreamStats {
            ssrc: self.params.ssrc,
            rtx_ssrc: self.params.rtx.map(|(ssrc, _)| ssrc),
            packets_lost: u32::try_from(reported_lost).unwrap_or(0),
            fraction_lost: self.fraction_lost(),
            jitter: self.report.map_or(0, |report| report.jitter),
            packets_retransmitted: self.counters.retransmitted,
            packets_repaired: self.counters.repaired,
            nack_count: self.counters.nacks,
            nack_packet_count: self.counters.nacked_packets,
            pli_count: self.counters.plis,
            fir_count: self.counters.firs,
            round_trip_time: self.rtt,
            score: self.score.get(),
            packet_count: self.rate.total_packets(),
            byte_count: self.rate.total_bytes(),
            bitrate: self.rate.bitrate(now),
        }
    }
}
