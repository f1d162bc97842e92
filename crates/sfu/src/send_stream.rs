//! A sent stream: one SSRC towards one consumer's peer, and its retransmissions.
//!
//! It gives packets their numbers, remembers under which number each went out, and keeps what reports and statistics
//! say. The bytes stay in the ring of the received stream.

#![deny(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use miso_wire::{Dlrr, ExtSeq, NtpTime, Pt, ReportBlock, RtpTime, SenderInfo, Seq, Ssrc};

use crate::rate::{RATE_WINDOW, RateCounter};
use crate::recv_stream::{compact, round_trip};
use crate::ring::{AUDIO_MAX_AGE_MS, VIDEO_MAX_AGE_MS};
use crate::score::{BEST_SCORE, Delivery, Score};
use history::SentHistory;

mod history;
mod seq_manager;
mod stats;

pub(crate) use history::SentPacket;
pub(crate) use seq_manager::SeqManager;

/// How long after its last packet a stream still makes sender reports. Longer extrapolates further from the last
/// timestamp, shorter leaves pauses without reports.
const REPORT_AGE: Duration = Duration::from_millis(2_000);

/// Round trip until one was measured: a packet is not sent again within one.
const DEFAULT_RTT: Duration = Duration::from_millis(100);

/// A longer jump of the input than the received stream lets pass means that its source restarted; the output goes on
/// without a gap.
const RESTART_JUMP: u64 = 3_000;

/// What a sent stream is, as negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendStreamParams {
    /// Its SSRC.
    pub(crate) ssrc: Ssrc,
    /// SSRC and payload type of its retransmissions. Without, they repeat the packet on its own SSRC.
    pub(crate) rtx: Option<(Ssrc, Pt)>,
    /// Hz of its timestamps.
    pub(crate) clock_rate: u32,
    /// Video keeps its history longer than audio.
    pub(crate) video: bool,
    /// Whether the peer may ask for packets again.
    pub(crate) use_nack: bool,
}

/// Random numbers that a stream starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendStreamSeeds {
    /// The number before the first packet's; should be 1,000 to 32,767.
    pub(crate) initial_seq: u16,
    /// The number of the first retransmission.
    pub(crate) first_rtx_seq: u16,
}

/// What is rewritten in a VP8 payload descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vp8Rewrite {
    /// 15-bit picture id.
    pub(crate) picture_id: u16,
    /// TL0PICIDX.
    pub(crate) tl0_pic_idx: u8,
}

/// A packet that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forward {
    /// Its number in the stream it came in.
    pub(crate) input: ExtSeq,
    /// Which of the producer's streams that is; noted for retransmission.
    pub(crate) source: u8,
    /// Its timestamp as it came.
    pub(crate) ts: RtpTime,
    /// Its marker as it is sent.
    pub(crate) marker: bool,
    /// What of its VP8 descriptor is rewritten; noted for retransmission.
    pub(crate) vp8: Option<Vp8Rewrite>,
    /// Bytes of header and payload as sent.
    pub(crate) size: usize,
    /// Bytes of payload.
    pub(crate) payload_len: usize,
}

/// What a forwarded packet gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// Its number; the upper bits are SRTP's rollover counter.
    pub(crate) ext_seq: ExtSeq,
    /// Its timestamp.
    pub(crate) ts: RtpTime,
}

/// Forwarded packets that are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many.
    packets: u64,
    /// Bytes of their headers and payloads.
    bytes: usize,
    /// Bytes of their payloads.
    payload_bytes: usize,
}

impl Tally {
    /// One more.
    pub(crate) fn add(&mut self, packet: &Forward) {
        self.packets += 1;
        self.bytes += packet.size;
        self.payload_bytes += packet.payload_len;
    }
}

/// A sent stream.
#[derive(Debug)]
pub(crate) struct SendStream {
    /// As negotiated.
    params: SendStreamParams,
    /// Gives numbers.
    seq: SeqManager,
    /// Taken off timestamps, so that the sources of a simulcast share one timeline.
    ts_offset: u32,
    /// What was sent under which number.
    history: SentHistory,
    /// Number of the next retransmission; the upper bits are SRTP's rollover counter.
    next_rtx: ExtSeq,
    /// The packet with the latest timestamp.
    newest: Option<NewestPacket>,
    /// Packets and bytes sent, retransmissions excluded.
    rate: RateCounter,
    /// Counts since the beginning.
    counters: Counters,
    /// What the last receiver report said.
    report: Option<ReportBlock>,
    /// Between us and the receiver, once measured.
    rtt: Option<Duration>,
    /// The last reference time of a receiver, which an extended report answers, and when it came.
    reference: Option<(Ssrc, NtpTime, Instant)>,
    /// How well it arrives.
    score: Score,
    /// Counters at the last score sample.
    sampled: Sampled,
}

/// The packet that sender reports are about.
#[derive(Clone, Copy, Debug)]
struct NewestPacket {
    /// Its timestamp as sent.
    ts: RtpTime,
    /// Its timestamp as it came.
    input_ts: RtpTime,
    /// Which of the producer's streams it came in.
    source: u8,
    /// When it was sent.
    sent: Instant,
}

/// Counts since the beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    /// Bytes of payload sent.
    octets: u64,
    /// Packets sent once more.
    retransmitted: u64,
    /// Of these, the ones sent again for the first time.
    repaired: u64,
    /// NACK messages received.
    nacks: u64,
    /// Packets asked for in them.
    nacked_packets: u64,
    /// PLI messages received.
    plis: u64,
    /// FIR messages received.
    firs: u64,
}

/// Counters at a score sample.
#[derive(Clone, Copy, Debug, Default)]
struct Sampled {
    /// Packets sent.
    sent: u64,
    /// Packets lost, as reported.
    lost: u64,
    /// Packets sent once more.
    retransmitted: u64,
    /// Packets repaired.
    repaired: u64,
}

impl SendStream {
    /// A stream that has sent nothing.
    pub(crate) fn new(params: SendStreamParams, seeds: SendStreamSeeds, now: Instant) -> Self {
        let max_age_ms = if params.video {
            VIDEO_MAX_AGE_MS
        } else {
            AUDIO_MAX_AGE_MS
        };
        let max_age = u64::from(params.clock_rate) * u64::from(max_age_ms) / 1_000;
        Self {
            params,
            seq: SeqManager::new(seeds.initial_seq),
            ts_offset: 0,
            history: SentHistory::new(u32::try_from(max_age).unwrap_or(u32::MAX), now),
            next_rtx: ExtSeq(u64::from(seeds.first_rtx_seq)),
            newest: None,
            rate: RateCounter::new(RATE_WINDOW),
            counters: Counters::default(),
            report: None,
            rtt: None,
            reference: None,
            score: Score::default(),
            sampled: Sampled::default(),
        }
    }

    /// As negotiated.
    pub(crate) fn params(&self) -> &SendStreamParams {
        &self.params
    }

    /// The next packets come from right after `input`, perhaps of another source: the output goes on without a gap,
    /// and `ts_offset` is taken off timestamps from here on. `input` and older numbers are no longer forwarded.
    ///
    /// To be called with the number before the first packet (two before it to show the receiver a gap of one).
    pub(crate) fn sync(&mut self, input: ExtSeq, ts_offset: u32) {
        self.seq.sync(input);
        self.ts_offset = ts_offset;
    }

    /// What is taken off timestamps.
    pub(crate) const fn ts_offset(&self) -> u32 {
        self.ts_offset
    }

    /// What to take off the timestamps of a source that begins with this one, so that they go on from those that were
    /// sent as time does.
    pub(crate) fn ts_offset_from(&self, ts: RtpTime, now: Instant) -> u32 {
        let Some(newest) = self.newest else {
            return self.ts_offset;
        };
        let elapsed = now.saturating_duration_since(newest.sent);
        let micros = elapsed.max(Duration::from_millis(1)).as_micros();
        let ticks = micros * u128::from(self.params.clock_rate) / 1_000_000;
        // Timestamps wrap.
        let begin = newest.ts.wrapping_add((ticks & 0xffff_ffff) as u32);
        ts.0.wrapping_sub(begin.0)
    }

    /// Notes that a packet of the current source is not forwarded on purpose, so that it leaves no gap. What it is sent
    /// as instead, when it comes so late that it has left one already.
    pub(crate) fn drop_packet(&mut self, input: ExtSeq, ts: RtpTime) -> Option<Forwarded> {
        if !self.seq.drop_input(input) {
            return None;
        }
        let ext_seq = self.seq.forward(input)?;
        let ts = ts.wrapping_sub(self.ts_offset);
        Some(Forwarded { ext_seq, ts })
    }

    /// Gives a packet its number and timestamp and notes it; [`count`](Self::count) counts it, with others of its batch.
    /// None when it must not be sent: it was dropped, or it is older than the last sync.
    #[inline]
    pub(crate) fn forward(&mut self, packet: &Forward, now: Instant) -> Option<Forwarded> {
        let restarted = |max: ExtSeq| packet.input.0.saturating_sub(max.0) > RESTART_JUMP;
        if self.seq.max_input().is_some_and(restarted) {
            self.seq.sync(ExtSeq(packet.input.0.saturating_sub(1)));
        }
        let highest = self.seq.max_output();
        let ext_seq = self.seq.forward(packet.input)?;
        let ts = packet.ts.wrapping_sub(self.ts_offset);
        if self.params.use_nack {
            let Forward {
                input,
                source,
                marker,
                vp8,
                ..
            } = *packet;
            self.history.push(&SentPacket {
                ext_seq,
                input,
                source,
                ts,
                marker,
                vp8,
            });
        }
        // In order, a timestamp that goes back is a source that restarted its clock.
        if ext_seq > highest || self.newest.is_none_or(|newest| ts.is_newer_than(newest.ts)) {
            self.note_newest(packet, ts, now);
        }
        Some(Forwarded { ext_seq, ts })
    }

    /// Counts what was forwarded.
    pub(crate) fn count(&mut self, sent: &Tally, now: Instant) {
        if sent.packets > 0 {
            self.rate.add_many(sent.packets, sent.bytes, now);
            self.counters.octets += sent.payload_bytes as u64;
        }
    }

    /// Reads what the next [`forward`](Self::forward) needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        let newest = self.newest.map_or(0, |newest| newest.input_ts.0);
        self.history.touch()
            ^ self.rate.touch()
            ^ self.seq.max_output().0
            ^ self.counters.octets
            ^ u64::from(self.params.ssrc.0 ^ self.ts_offset ^ newest)
    }

    /// Counts a NACK that asks for `packets` packets.
    pub(crate) fn count_nack(&mut self, packets: usize) {
        self.counters.nacks += 1;
        self.counters.nacked_packets += packets as u64;
    }

    /// The packet that was sent under `seq`, if it may be sent again now: it is remembered, and was not sent again
    /// within the last round trip. The ring may have lost it meanwhile; if not, call [`resend`](Self::resend).
    pub(crate) fn find_sent(&self, seq: Seq, now: Instant) -> Option<SentPacket> {
        self.history.find(seq, self.rtt.unwrap_or(DEFAULT_RTT), now)
    }

    /// Counts that a packet is sent again. Returns the number of the RTX packet to be made of it;
    /// none without RTX: then it goes out as it did the first time.
    pub(crate) fn resend(&mut self, packet: &SentPacket, now: Instant) -> Option<ExtSeq> {
        self.counters.retransmitted += 1;
        if self.history.mark_resent(packet.ext_seq, now) {
            self.counters.repaired += 1;
        }
        self.params.rtx?;
        let number = self.next_rtx;
        self.next_rtx = ExtSeq(number.0 + 1);
        Some(number)
    }

    /// The source and original timestamp of the packet that the next sender report is about, for its capture time to
    /// be looked up. None when no report is due.
    pub(crate) fn report_subject(&self, now: Instant) -> Option<(u8, RtpTime)> {
        let newest = self
            .newest
            .filter(|newest| now.saturating_duration_since(newest.sent) <= REPORT_AGE)?;
        Some((newest.source, newest.input_ts))
    }

    /// The sender report. `captured` is when the packet of [`report_subject`](Self::report_subject) was captured, if
    /// known; `ntp_now` is our NTP time. None while nothing was sent for 2 s.
    pub(crate) fn sender_report(
        &self,
        captured: Option<Instant>,
        ntp_now: NtpTime,
        now: Instant,
    ) -> Option<SenderInfo> {
        self.report_subject(now)?;
        let newest = self.newest?;
        let reference = captured.unwrap_or(newest.sent);
        let elapsed = self.ticks(now.saturating_duration_since(reference));
        let ahead = self.ticks(reference.saturating_duration_since(now));
        Some(SenderInfo {
            ssrc: self.params.ssrc,
            ntp: ntp_now,
            rtp_time: newest.ts.wrapping_add(elapsed).wrapping_sub(ahead),
            packet_count: (self.rate.total_packets() & 0xffff_ffff) as u32,
            octet_count: (self.counters.octets & 0xffff_ffff) as u32,
        })
    }

    /// Takes a receiver report about this stream; `ntp_now` is our NTP time. True when the score changed.
    pub(crate) fn receiver_report(&mut self, block: &ReportBlock, ntp_now: NtpTime) -> bool {
        if let Some(rtt) = round_trip(block.last_sr, block.delay_since_last_sr, ntp_now) {
            self.rtt = Some(rtt);
        }
        let last = self.report.replace(*block);
        let repeated = last.is_some_and(|last| last.highest_seq == block.highest_seq);
        !repeated && self.sample_score(block)
    }

    /// Takes a receiver's reference time (RFC 3611, section 4.4).
    pub(crate) fn reference_time(&mut self, receiver: Ssrc, ntp: NtpTime, now: Instant) {
        self.reference = Some((receiver, ntp, now));
    }

    /// What answers the last reference time in an extended report; none without one.
    pub(crate) fn dlrr(&self, now: Instant) -> Option<Dlrr> {
        let (ssrc, ntp, at) = self.reference?;
        Some(Dlrr {
            ssrc,
            last_rr: ntp.middle(),
            delay: compact(now.saturating_duration_since(at)),
        })
    }

    /// Counts a PLI that came for the stream.
    pub(crate) fn count_pli(&mut self) {
        self.counters.plis += 1;
    }

    /// Counts a FIR that came for the stream.
    pub(crate) fn count_fir(&mut self) {
        self.counters.firs += 1;
    }

    /// The consumer was paused: what was sent is no longer asked for.
    pub(crate) fn pause(&mut self) {
        self.history.clear();
    }

    /// Another source took over: the score starts anew.
    pub(crate) fn reset_score(&mut self) {
        self.score.reset(BEST_SCORE);
    }

    /// 0 (dead) to 10 (perfect).
    pub(crate) fn score(&self) -> u8 {
        self.score.get()
    }

    /// Between us and the receiver, once measured.
    pub(crate) fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// Share of packets lost as last reported, in 1/256.
    pub(crate) fn fraction_lost(&self) -> u8 {
        self.report.map_or(0, |report| report.fraction_lost)
    }

    fn note_newest(&mut self, packet: &Forward, ts: RtpTime, now: Instant) {
        let same_frame = self.newest.filter(|newest| newest.ts == ts);
        // Of a frame the first packet counts: it is closest to the capture.
        self.newest = same_frame.or(Some(NewestPacket {
            ts,
            input_ts: packet.ts,
            source: packet.source,
            sent: now,
        }));
    }

    fn ticks(&self, time: Duration) -> u32 {
        let ticks = time.as_nanos() * u128::from(self.params.clock_rate) / 1_000_000_000;
        (ticks & 0xffff_ffff) as u32
    }

    fn sample_score(&mut self, block: &ReportBlock) -> bool {
        let now = Sampled {
            sent: self.rate.total_packets(),
            lost: u64::try_from(block.cumulative_lost).unwrap_or(0),
            retransmitted: self.counters.retransmitted,
            repaired: self.counters.repaired,
        };
        let last = std::mem::replace(&mut self.sampled, now);
        let delivery = Delivery {
            total: now.sent - last.sent,
            lost: now.lost.saturating_sub(last.lost),
            repaired: now.repaired - last.repaired,
            retransmitted: now.retransmitted - last.retransmitted,
            has_rtx: self.params.rtx.is_some(),
        };
        self.score.add(delivery.sample())
    }
}

#[cfg(test)]
mod tests;
