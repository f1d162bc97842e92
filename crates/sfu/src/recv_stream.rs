//! A received stream: one SSRC and the retransmissions that come on a second one.
//!
//! It judges sequence numbers, asks for what is missing, keeps what reports and statistics say, and knows nothing of
//! where packets go. Of each packet it sees only the few facts in [`RecvPacket`].

#![deny(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, Dlrr, ExtSeq, NtpTime, Pt, ReportBlock, RtpHeader, RtpTime, Seq, Ssrc};

use crate::score::{BEST_SCORE, Delivery, Score};
use jitter::Jitter;
use layers::{LayerActivity, LayerRates};
use nack::{NackGenerator, NackOutcome};
use report::{LossReport, SrTiming};
use rtx::RecvRtx;
use sequence::{SequenceTracker, Sequenced};

mod jitter;
mod layers;
mod nack;
mod report;
mod rtx;
mod sequence;
mod silence;
mod stats;

pub(crate) use report::{compact, round_trip};

/// What a received stream is, as negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecvStreamParams {
    /// Its SSRC.
    pub(crate) ssrc: Ssrc,
    /// Its payload type before mapping.
    pub(crate) pt: Pt,
    /// Hz of its timestamps.
    pub(crate) clock_rate: u32,
    /// Whether missing packets may be asked for.
    pub(crate) use_nack: bool,
    /// Whether silence is normal.
    pub(crate) use_dtx: bool,
    /// Whether silence makes the score 0: simulcast with more than one encoding.
    pub(crate) check_inactivity: bool,
    /// Spatial layers within the stream, at least 1.
    pub(crate) spatial_layers: u8,
    /// Temporal layers, at least 1.
    pub(crate) temporal_layers: u8,
}

/// What a stream must know of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecvPacket {
    /// Its sequence number.
    pub(crate) seq: Seq,
    /// Its timestamp.
    pub(crate) ts: RtpTime,
    /// Bytes of the whole clear packet.
    pub(crate) size: usize,
    /// Bytes of payload; none is padding only.
    pub(crate) payload_len: usize,
    /// First packet of a key frame.
    pub(crate) key_frame: bool,
    /// Spatial layer within the stream.
    pub(crate) spatial: u8,
    /// Temporal layer.
    pub(crate) temporal: u8,
}

/// What comes of an accepted packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Its number in the stream.
    pub(crate) ext_seq: ExtSeq,
    /// How many numbers before it were skipped, if it is the newest; what is missing then did not come so far.
    pub(crate) skipped: u64,
    /// The source restarted its sequence numbers here; numbers before are gone for good.
    pub(crate) resynced: bool,
    /// Too much is missing to ask for it: a key frame must be requested (a normal request).
    pub(crate) needs_key_frame: bool,
    /// The score changed: the stream was dead.
    pub(crate) score_changed: bool,
    /// A spatial layer came back that was silent, or is missed since.
    pub(crate) layers_changed: bool,
}

/// Why a packet is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecvRefusal {
    /// Its sequence number is out of range.
    Sequence,
    /// A retransmission that is not missing.
    Unneeded,
}

/// A received stream.
#[derive(Debug)]
pub(crate) struct RecvStream {
    /// As negotiated.
    params: RecvStreamParams,
    /// Judges and extends sequence numbers.
    sequence: SequenceTracker,
    /// Jitter of the packets that come in order.
    jitter: Jitter,
    /// What is missing.
    nack: NackGenerator,
    /// The retransmission stream, once known.
    rtx: Option<RecvRtx>,
    /// Rates of the layers and of all.
    rates: LayerRates,
    /// What the last receiver reports said.
    loss: LossReport,
    /// When the last sender report came.
    sr: SrTiming,
    /// Between us and the sender, once measured.
    rtt: Option<Duration>,
    /// How well it arrives.
    score: Score,
    /// Counters at the last score sample.
    sampled: Counters,
    /// Counters now.
    counters: Counters,
    /// Which of its spatial layers come.
    activity: LayerActivity,
    /// When a packet with payload last came; none while paused.
    active_at: Option<Instant>,
    /// Whether it was looked if it alone is silent.
    suspected: bool,
    /// Whether it is dead.
    inactive: bool,
}

/// Counts since the beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    /// Packets that should have arrived.
    expected: u64,
    /// Packets that came on the stream's own SSRC.
    received: u64,
    /// Packets that came once more.
    retransmitted: u64,
    /// Gaps that retransmissions filled.
    repaired: u64,
    /// NACK messages sent.
    nacks: u64,
    /// Packets asked for in them.
    nacked_packets: u64,
    /// PLI messages sent.
    plis: u64,
    /// FIR messages sent.
    firs: u64,
}

impl RecvStream {
    /// A stream whose first packet is about to be received.
    pub(crate) fn new(params: RecvStreamParams, now: Instant) -> Self {
        Self {
            params,
            sequence: SequenceTracker::default(),
            jitter: Jitter::new(params.clock_rate),
            nack: NackGenerator::default(),
            rtx: None,
            rates: LayerRates::new(
                params.spatial_layers,
                params.temporal_layers,
                params.use_dtx,
            ),
            loss: LossReport::default(),
            sr: SrTiming::default(),
            rtt: None,
            score: Score::default(),
            sampled: Counters::default(),
            counters: Counters::default(),
            activity: LayerActivity::new(params.spatial_layers, params.use_dtx, now),
            active_at: Some(now),
            suspected: false,
            inactive: false,
        }
    }

    /// As negotiated.
    pub(crate) fn params(&self) -> &RecvStreamParams {
        &self.params
    }

    /// Takes a packet of the stream's own SSRC.
    ///
    /// # Errors
    /// [`RecvRefusal::Sequence`]: the packet is to be dropped.
    pub(crate) fn receive(
        &mut self,
        packet: &RecvPacket,
        now: Instant,
    ) -> Result<Received, RecvRefusal> {
        let highest = self.sequence.highest();
        let mut received = self.sequenced(packet)?;
        if received.resynced {
            self.nack.reset();
            self.jitter.restart();
        }
        if highest.is_none_or(|highest| received.ext_seq > highest) {
            self.jitter.receive(packet.ts, now);
        }
        let before = highest.filter(|_| !received.resynced);
        let step = before.and_then(|highest| received.ext_seq.0.checked_sub(highest.0));
        received.skipped = step.map_or(0, |step| step.saturating_sub(1));
        self.counters.received += 1;
        if self.params.use_nack {
            match self.nack.receive(received.ext_seq, packet.key_frame, now) {
                NackOutcome::New | NackOutcome::Reordered | NackOutcome::Unneeded => {}
                NackOutcome::Overflow => received.needs_key_frame = true,
                NackOutcome::Repaired => {
                    self.counters.retransmitted += 1;
                    self.counters.repaired += 1;
                }
            }
        }
        self.count(packet, &mut received, now);
        Ok(received)
    }

    /// Judges an RTX packet and restores the original in place; `header` is that of the clear RTX packet. What is
    /// returned is to be parsed like any packet and then given to [`receive_repair`](Self::receive_repair). None:
    /// the packet carries nothing and is to be dropped.
    pub(crate) fn unwrap_rtx<'a>(
        &mut self,
        packet: &'a mut [u8],
        header: &RtpHeader,
    ) -> Option<&'a mut [u8]> {
        let rtx = self.rtx.as_mut()?;
        if !rtx.receive(header.pt, header.seq) {
            return None;
        }
        rtx::unwrap_in_place(packet, header, self.params.ssrc, rtx.apt)
    }

    /// Takes a packet that was restored from RTX.
    ///
    /// # Errors
    /// [`RecvRefusal::Sequence`] when its original number is out of range, [`RecvRefusal::Unneeded`] when it is
    /// neither missing nor new. Either way it is to be dropped.
    pub(crate) fn receive_repair(
        &mut self,
        packet: &RecvPacket,
        now: Instant,
    ) -> Result<Received, RecvRefusal> {
        let mut received = self.sequenced(packet)?;
        self.counters.retransmitted += 1;
        match self.nack.receive(received.ext_seq, packet.key_frame, now) {
            NackOutcome::Unneeded => return Err(RecvRefusal::Unneeded),
            NackOutcome::Overflow => received.needs_key_frame = true,
            NackOutcome::New | NackOutcome::Repaired | NackOutcome::Reordered => {}
        }
        self.counters.repaired += 1;
        self.count(packet, &mut received, now);
        Ok(received)
    }

    /// Takes a packet that was lost, restored from its copy in a later one. It counts as a retransmission that came,
    /// but not for the bitrate: that of the later packet has it.
    ///
    /// # Errors
    /// As of [`receive_repair`](Self::receive_repair).
    pub(crate) fn receive_copy(
        &mut self,
        packet: &RecvPacket,
        now: Instant,
    ) -> Result<Received, RecvRefusal> {
        let received = self.sequenced(packet)?;
        let is_unneeded = self.params.use_nack
            && self.nack.receive(received.ext_seq, false, now) == NackOutcome::Unneeded;
        if is_unneeded {
            return Err(RecvRefusal::Unneeded);
        }
        self.counters.retransmitted += 1;
        self.counters.repaired += 1;
        Ok(received)
    }

    /// Binds the retransmission stream, which repeats packets of type `apt`, the first time only. False when there is
    /// one already.
    pub(crate) fn bind_rtx(&mut self, ssrc: Ssrc, pt: Pt, apt: Pt) -> bool {
        let free = self.rtx.is_none();
        if free {
            self.rtx = Some(RecvRtx::new(ssrc, pt, apt));
        }
        free
    }

    /// SSRC of the retransmission stream, once known.
    pub(crate) fn rtx_ssrc(&self) -> Option<Ssrc> {
        self.rtx.as_ref().map(|rtx| rtx.ssrc)
    }

    /// Sequence numbers to ask for now, in order; none most of the time. To be called once after each receive batch
    /// in which the stream had packets, and when [`poll_timeout`](Self::poll_timeout) is due. They count as asked
    /// for: the caller sends one NACK.
    pub(crate) fn nacks(&mut self, now: Instant) -> &[Seq] {
        let requests = self.nack.requests(now);
        if !requests.is_empty() {
            self.counters.nacks += 1;
            self.counters.nacked_packets += requests.len() as u64;
        }
        requests
    }

    /// Takes a sender report of this stream; true when the score changed.
    pub(crate) fn sender_report(&mut self, ntp: NtpTime, now: Instant) -> bool {
        self.sr.receive(ntp, now);
        !self.inactive && self.sample_score()
    }

    /// Takes a DLRR sub-block of an extended report about our receiver reference time; `ntp_now` is our NTP time. The
    /// sub-block belongs to the stream that its SSRC names, or to the sender of the report where that is zero.
    pub(crate) fn dlrr(&mut self, block: &Dlrr, ntp_now: NtpTime) {
        if let Some(rtt) = round_trip(block.last_rr, block.delay, ntp_now) {
            self.rtt = Some(rtt);
            self.nack.set_rtt(rtt);
        }
    }

    /// The report block of a receiver report. `worst_remote` is the highest fraction lost that consumers reported,
    /// for streams whose codec repairs losses in band, else 0: the sender must protect for the weakest.
    pub(crate) fn report_block(&mut self, worst_remote: u8, now: Instant) -> ReportBlock {
        self.loss.update(
            self.sequence.expected(),
            self.counters.received,
            worst_remote,
        );
        ReportBlock {
            ssrc: self.params.ssrc,
            fraction_lost: self.loss.reported_fraction(),
            cumulative_lost: self.loss.reported_lost(),
            highest_seq: self.sequence.reported_highest(),
            jitter: self.jitter.get(),
            last_sr: self.sr.last_sr(),
            delay_since_last_sr: self.sr.delay(now),
        }
    }

    /// The report block about the retransmission stream; none while nothing came on it.
    pub(crate) fn rtx_report_block(&mut self, now: Instant) -> Option<ReportBlock> {
        let rtx = self.rtx.as_mut().filter(|rtx| rtx.received > 0)?;
        Some(rtx.report_block(now))
    }

    /// Takes a sender report of the retransmission stream.
    pub(crate) fn rtx_sender_report(&mut self, ntp: NtpTime, now: Instant) {
        if let Some(rtx) = &mut self.rtx {
            rtx.sr.receive(ntp, now);
        }
    }

    /// Counts a PLI that was sent for the stream.
    pub(crate) fn count_pli(&mut self) {
        self.counters.plis += 1;
    }

    /// Counts a FIR that was sent for the stream.
    pub(crate) fn count_fir(&mut self) {
        self.counters.firs += 1;
    }

    /// The producer was paused: nothing is missing, and silence is no sign of death.
    pub(crate) fn pause(&mut self) {
        self.nack.reset();
        self.active_at = None;
    }

    /// The producer was resumed.
    pub(crate) fn resume(&mut self, now: Instant) {
        self.active_at = Some(now);
        let RecvStreamParams {
            spatial_layers,
            use_dtx,
            ..
        } = self.params;
        self.activity = LayerActivity::new(spatial_layers, use_dtx, now);
    }

    /// Whether nothing has come for so long, though it may.
    pub(crate) fn is_silent_for(&self, duration: Duration, now: Instant) -> bool {
        let silence = self.active_at.map(|at| now.saturating_duration_since(at));
        silence.is_some_and(|silence| silence >= duration)
    }

    /// When [`handle_timeout`](Self::handle_timeout) and [`nacks`](Self::nacks) want to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let times = [self.nack.poll_timeout(), self.inactive_at()];
        times.into_iter().flatten().min()
    }

    /// Whether packets of a spatial layer come, as far as known.
    pub(crate) fn is_layer_active(&self, spatial: u8) -> bool {
        self.activity.is_active(spatial)
    }

    /// Bitrate of one spatial layer alone, with its temporal layers up to `temporal`.
    pub(crate) fn layer_bitrate(&self, spatial: u8, temporal: u8, now: Instant) -> Bitrate {
        self.rates.of_layer(spatial, temporal, now)
    }

    /// Bitrate of everything.
    pub(crate) fn bitrate(&self, now: Instant) -> Bitrate {
        self.rates.total().estimate(now)
    }

    /// When a packet with payload last came, while that is watched.
    pub(crate) fn active_at(&self) -> Option<Instant> {
        self.active_at
    }

    /// Notices silence; true when the score changed. `newest` is when a packet last came on any stream of the producer.
    pub(crate) fn handle_timeout(&mut self, newest: Option<Instant>, now: Instant) -> bool {
        if self.inactive_at().is_none_or(|at| at > now) {
            return false;
        }
        let others_come =
            newest.is_some_and(|at| now.saturating_duration_since(at) < silence::OTHERS_COME);
        self.suspected = true;
        if !others_come && self.inactive_at().is_some_and(|at| at > now) {
            return false;
        }
        self.inactive = true;
        self.score.reset(0)
    }

    /// 0 (dead) to 10 (perfect).
    pub(crate) fn score(&self) -> u8 {
        self.score.get()
    }

    /// Between us and the sender, once measured.
    pub(crate) fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    fn sequenced(&mut self, packet: &RecvPacket) -> Result<Received, RecvRefusal> {
        let (ext_seq, resynced) = match self.sequence.receive(packet.seq) {
            Sequenced::InOrder(ext_seq) => (ext_seq, false),
            Sequenced::Late(ext_seq) => (ext_seq, false),
            Sequenced::Resynced(ext_seq) => (ext_seq, true),
            Sequenced::Rejected => return Err(RecvRefusal::Sequence),
        };
        Ok(Received {
            ext_seq,
            skipped: 0,
            resynced,
            needs_key_frame: false,
            score_changed: false,
            layers_changed: false,
        })
    }

    fn count(&mut self, packet: &RecvPacket, received: &mut Received, now: Instant) {
        self.rates.add(packet, now);
        if packet.payload_len == 0 {
            return;
        }
        self.active_at = self.active_at.map(|_| now);
        self.suspected = false;
        received.score_changed = std::mem::take(&mut self.inactive) && self.score.reset(BEST_SCORE);
        received.layers_changed = self.activity.packet(packet, now);
    }

    fn inactive_at(&self) -> Option<Instant> {
        let limit = silence::limit(self.params.use_dtx, self.suspected);
        let watched = self.params.check_inactivity && !self.inactive;
        self.active_at.filter(|_| watched).map(|at| at + limit)
    }

    fn sample_score(&mut self) -> bool {
        let now = Counters {
            expected: self.sequence.expected(),
            ..self.counters
        };
        let last = std::mem::replace(&mut self.sampled, now);
        let expected = now.expected.saturating_sub(last.expected);
        let received = now.received - last.received;
        let sample = match (expected, received) {
            (0, _) => BEST_SCORE,
            (_, 0) => 0,
            _ => Delivery {
                total: received,
                lost: expected.saturating_sub(received),
                repaired: now.repaired - last.repaired,
                retransmitted: now.retransmitted - last.retransmitted,
                has_rtx: self.rtx.is_some(),
            }
            .sample(),
        };
        self.score.add(sample)
    }
}

#[cfg(test)]
mod tests;
