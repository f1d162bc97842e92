//! What a received stream tells about itself.

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, Ssrc};

use super::RecvStream;
use super::rtx::RecvRtx;

/// Statistics of a received stream (fact sheet 1.13). Names, kind and RID are its owner's to add.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecvStreamStats {
    /// Its SSRC.
    pub(crate) ssrc: Ssrc,
    /// SSRC of its retransmissions, once known.
    pub(crate) rtx_ssrc: Option<Ssrc>,
    /// Packets that should have arrived on its own SSRC and did not.
    pub(crate) packets_lost: u64,
    /// Share lost between the last two receiver reports, in 1/256.
    pub(crate) fraction_lost: u8,
    /// In units of its RTP clock.
    pub(crate) jitter: u32,
    /// Packets refused for their sequence number.
    pub(crate) packets_discarded: u64,
    /// Packets that came once more.
    pub(crate) packets_retransmitted: u64,
    /// Gaps that retransmissions filled.
    pub(crate) packets_repaired: u64,
    /// NACK messages sent.
    pub(crate) nack_count: u64,
    /// Packets asked for in them.
    pub(crate) nack_packet_count: u64,
    /// PLI messages sent.
    pub(crate) pli_count: u64,
    /// FIR messages sent.
    pub(crate) fir_count: u64,
    /// Retransmissions refused for their payload type or sequence number.
    pub(crate) rtx_packets_discarded: u64,
    /// Between us and the sender, once measured.
    pub(crate) round_trip_time: Option<Duration>,
    /// 0 (dead) to 10 (perfect).
    pub(crate) score: u8,
    /// Packets used, repairs and padding included.
    pub(crate) packet_count: u64,
    /// Bytes of them, padding-only packets excluded.
    pub(crate) byte_count: u64,
    /// Over the last second.
    pub(crate) bitrate: Bitrate,
    /// Spatial and temporal number of each layer, and the bitrate of it and all below; empty for a single layer.
    pub(crate) bitrate_by_layer: Vec<(u8, u8, Bitrate)>,
}

impl RecvStream {
    /// The statistics now.
    pub(crate) fn stats(&self, now: Instant) -> RecvStreamStats {
        let total = self.rates.total();
        RecvStreamStats {
            ssrc: self.params.ssrc,
            rtx_ssrc: self.rtx_ssrc(),
            packets_lost: self
                .sequence
                .expected()
                .saturating_sub(self.counters.received),
            fraction_lost: self.loss.own_fraction(),
            jitter: self.jitter.get(),
            packets_discarded: self.sequence.discarded(),
            packets_retransmitted: self.counters.retransmitted,
            packets_repaired: self.counters.repaired,
            nack_count: self.counters.nacks,
            nack_packet_count: self.counters.nacked_packets,
            pli_count: self.counters.plis,
            fir_count: self.counters.firs,
            rtx_packets_discarded: self.rtx.as_ref().map_or(0, RecvRtx::discarded),
            round_trip_time: self.rtt,
            score: self.score.get(),
            packet_count: total.total_packets(),
            byte_count: total.total_bytes(),
            bitrate: total.bitrate(now),
            bitrate_by_layer: self.rates.each(now).collect(),
        }
    }
}
