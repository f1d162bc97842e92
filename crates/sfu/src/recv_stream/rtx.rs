//! Retransmissions as they come in: a second stream around the first one's packets (RFC 4588).

use std::time::Instant;

use miso_wire::{Pt, ReportBlock, RtpHeader, Seq, Ssrc, set_pt, set_seq, set_ssrc};

use super::report::{LossReport, SrTiming};
use super::sequence::{SequenceTracker, Sequenced};

/// The retransmission stream of a received stream.
#[derive(Debug)]
pub(super) struct RecvRtx {
    /// Its SSRC; learnt once.
    pub(super) ssrc: Ssrc,
    /// Its payload type; others are refused.
    pt: Pt,
    /// The payload type of what it retransmits.
    pub(super) apt: Pt,
    /// Its sequence numbers.
    sequence: SequenceTracker,
    /// What its last receiver reports said.
    loss: LossReport,
    /// When its last sender report came.
    pub(super) sr: SrTiming,
    /// Packets that arrived, for its receiver report.
    pub(super) received: u64,
    /// Packets refused for their payload type.
    wrong_pt: u64,
}

impl RecvRtx {
    pub(super) fn new(ssrc: Ssrc, pt: Pt, apt: Pt) -> Self {
        Self {
            ssrc,
            pt,
            apt,
            sequence: SequenceTracker::default(),
            loss: LossReport::default(),
            sr: SrTiming::default(),
            received: 0,
            wrong_pt: 0,
        }
    }

    /// Judges a packet by its header.
    pub(super) fn receive(&mut self, pt: Pt, seq: Seq) -> bool {
        if pt != self.pt {
            self.wrong_pt += 1;
            return false;
        }
        if self.sequence.receive(seq) == Sequenced::Rejected {
            return false;
        }
        self.received += 1;
        true
    }

    /// The report block of a receiver report. Jitter is not measured.
    pub(super) fn report_block(&mut self, now: Instant) -> ReportBlock {
        self.loss.update(self.sequence.expected(), self.received, 0);
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: self.loss.reported_fraction(),
            cumulative_lost: self.loss.reported_lost(),
            highest_seq: self.sequence.reported_highest(),
            jitter: 0,
            last_sr: self.sr.last_sr(),
            delay_since_last_sr: self.sr.delay(now),
        }
    }

    /// Packets refused so far.
    pub(super) fn discarded(&self) -> u64 {
        self.sequence.discarded() + self.wrong_pt
    }
}

/// Restores the original packet inside the RTX packet and returns it: the header moves over the original sequence
/// number, so the packet loses its first two bytes. None when there is no original in it (probing with padding).
pub(super) fn unwrap_in_place<'a>(
    packet: &'a mut [u8],
    header: &RtpHeader,
    ssrc: Ssrc,
    pt: Pt,
) -> Option<&'a mut [u8]> {
    let [high, low, ..] = *header.payload(packet) else {
        return None;
    };
    packet.copy_within(..header.header_len, 2);
    let original = packet.get_mut(2..)?;
    set_seq(original, Seq(u16::from_be_bytes([high, low])));
    set_ssrc(original, ssrc);
    set_pt(original, pt);
    Some(original)
}

#[cfg(test)]
mod tests;
