//! The controller: what was sent and what is told of it in, the available bitrate and probes out.

mod stats;

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, Seq, TransportFeedback};

use crate::acknowledged::{AcknowledgedBitrate, SentBitrate};
use crate::application_limit::ApplicationLimit;
use crate::delay::{DelayContext, DelayEstimator, LinkUsage};
use crate::feedback::FeedbackReader;
use crate::history::{SentPacket, SentPackets};
use crate::loss::{LossContext, LossEstimator};
use crate::probe::{PathState, Plans, ProbeMeasurements, ProbeResult, ProbeSchedule, Prober};
use crate::reports::ReportEstimator;
use crate::silence::Silence;

pub use stats::ControllerStats;

/// The estimate never exceeds this, whatever the owner's limit.
const MAX_BITRATE: Bitrate = Bitrate::kbps(1_000_000);

/// The estimate never falls below this, whatever the owner's limit. Lower would starve what it should measure with.
const MIN_BITRATE: Bitrate = Bitrate::kbps(5);

/// How often everything is looked at while packets are sent. Shorter probes more promptly and costs wake-ups.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Time without anything sent after which losses and queues seen before count no more, and probes may begin anew. Longer
/// leaves who got nothing without a picture, shorter forgets a bad path sooner.
const QUIET: Duration = Duration::from_secs(1);

/// A look may come so much early: who looks at many paths together does it at about the same intervals.
const EARLY: Duration = Duration::from_millis(10);

/// Nothing is looked at when nothing was sent for so long.
const IDLE: Duration = Duration::from_secs(2);

/// What a controller begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControllerConfig {
    /// The estimate before anything is known (`initialAvailableOutgoingBitrate`).
    pub initial: Bitrate,
    /// The estimate stays above (`minOutgoingBitrate`).
    pub min: Bitrate,
    /// The estimate stays below (`maxOutgoingBitrate`); none for no limit.
    pub max: Option<Bitrate>,
}

impl Default for ControllerConfig {
    /// mediasoup's defaults.
    fn default() -> Self {
        Self {
            initial: Bitrate::kbps(600),
            min: Bitrate::kbps(30),
            max: None,
        }
    }
}

/// A run of packets that measures a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProbeId(pub(crate) u32);

/// One packet of padding that the owner is to send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// To be given to [`Controller::packet_sent`] with the packet.
    pub id: ProbeId,
    /// Bytes that the packet shall have, overhead included. It may have fewer if a packet of that size is not possible.
    pub size: usize,
}

/// A packet with a transport-wide number that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentNote {
    /// Its number.
    pub seq: Seq,
    /// Bytes with all headers from IP on.
    pub size: u32,
}

/// What was sent since the last look, all that sending touches besides the history.
#[derive(Debug, Default)]
struct Outgoing {
    bytes: u64,
    /// When the last packet was sent, ever.
    last: Option<Duration>,
    /// Whether something was sent that the peer could tell of.
    is_told_of: bool,
}

/// Where the estimate comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Evidence {
    /// The peer has told nothing of packets; perhaps it reports.
    #[default]
    Reports,
    /// The peer tells of each packet.
    Feedback,
}

/// Estimates the bitrate that the path to a peer carries.
#[derive(Debug)]
pub struct Controller {
    /// Times inside count from here.
    epoch: Instant,
    /// The owner's limits.
    min: Bitrate,
    max: Option<Bitrate>,
    /// Where the estimate comes from.
    evidence: Evidence,
    /// What was sent.
    sent: SentPackets,
    /// The rate at which it was.
    sent_rate: SentBitrate,
    /// Reads feedback.
    reader: FeedbackReader,
    /// Messages read.
    messages: u64,
    /// The rate that arrived.
    acknowledged: AcknowledgedBitrate,
    /// The delay-based estimate.
    delay: DelayEstimator,
    /// The loss-based estimate.
    loss: LossEstimator,
    /// The estimate from reports.
    reports: ReportEstimator,
    /// The peer's own estimate.
    remb: Option<Bitrate>,
    /// Whether there is enough to send.
    limit: ApplicationLimit,
    /// Whether the peer is still there.
    silence: Silence,
    /// When to probe, what is sent of it, and what came of it.
    schedule: ProbeSchedule,
    prober: Prober,
    measurements: ProbeMeasurements,
    /// The round trip.
    rtt: Option<Duration>,
    /// What was sent lately.
    outgoing: Outgoing,
    /// When to look at everything again.
    next_look: Duration,
}

impl Controller {
    /// A controller of a path that nothing is known of.
    pub fn new(config: ControllerConfig, now: Instant) -> Self {
        let (min, max) = limits(config.min, config.max);
        let initial = config.initial.clamp(min, max);
        Self {
            epoch: now,
            min,
            max: config.max.map(|_| max),
            evidence: Evidence::default(),
            sent: SentPackets::new(),
            sent_rate: SentBitrate::default(),
            reader: FeedbackReader::default(),
            messages: 0,
            acknowledged: AcknowledgedBitrate::new(),
            delay: DelayEstimator::new(initial, min, max),
            loss: LossEstimator::new(),
            reports: ReportEstimator::new(initial),
            remb: None,
            limit: ApplicationLimit::default(),
            silence: Silence::new(),
            schedule: ProbeSchedule::default(),
            prober: Prober::new(),
            measurements: ProbeMeasurements::default(),
            rtt: None,
            outgoing: Outgoing::default(),
            next_look: Duration::ZERO,
        }
    }

    /// Sets the estimate that is assumed before anything is known (`initialAvailableOutgoingBitrate`). Has no effect
    /// once the peer has told anything.
    pub fn set_initial(&mut self, initial: Bitrate) {
        if self.messages == 0 && self.remb.is_none() {
            let initial = initial.clamp(self.min, self.ceiling());
            self.delay.set_target(initial);
            self.reports.set_estimate(initial);
        }
    }

    /// Sets the limits of the estimate. The lower limit wins where they contradict each other.
    pub fn set_limits(&mut self, min: Bitrate, max: Option<Bitrate>) {
        let (min, ceiling) = limits(min, max);
        self.min = min;
        self.max = max.map(|_| ceiling);
        self.delay.set_limits(min, ceiling);
    }

    /// Says what all consumers together would take. Probes go no further than is of use for it; zero, as at the
    /// start, ends probing.
    pub fn set_desired(&mut self, desired: Bitrate, now: Instant) {
        self.schedule.set_desired(desired);
        if desired == Bitrate::ZERO {
            self.prober.clear();
        }
        let now = self.since_epoch(now);
        self.look(now);
    }

    /// Notes a packet with a transport-wide number, in the order of sending. `size` is with all headers from IP on;
    /// `probe` is that of the [`Probe`] for which it is sent.
    pub fn packet_sent(&mut self, seq: Seq, size: usize, probe: Option<ProbeId>, now: Instant) {
        let now = self.since_epoch(now);
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        self.note(SentNote { seq, size }, probe, now);
        self.count_sent(u64::from(size), true, now);
    }

    /// Notes packets with transport-wide numbers that were sent together, in the order of sending.
    pub fn packets_sent(&mut self, packets: &[SentNote], now: Instant) {
        let now = self.since_epoch(now);
        let mut bytes = 0;
        for packet in packets {
            self.note(*packet, None, now);
            bytes += u64::from(packet.size);
        }
        self.count_sent(bytes, true, now);
    }

    /// Notes a packet without a transport-wide number: for peers that do not tell of each packet.
    pub fn unnumbered_packet_sent(&mut self, size: usize, now: Instant) {
        let now = self.since_epoch(now);
        // A peer that tells of each packet will not tell of this one.
        let is_told_of = self.evidence == Evidence::Reports;
        self.count_sent(size as u64, is_told_of, now);
    }

    /// Reads what noting a packet needs and the cache may have lost. What comes out means nothing.
    pub fn touch(&self) -> u64 {
        self.sent.touch() ^ self.outgoing.bytes
    }

    /// Takes in transport-wide feedback.
    pub fn handle_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        let now = self.since_epoch(now);
        self.messages += 1;
        self.account(now);
        let news = self.reader.read(feedback, &mut self.sent, now);
        if news.arrived.is_empty() && news.lost.is_empty() {
            return;
        }
        if !news.arrived.is_empty() {
            self.evidence = Evidence::Feedback;
            let left = self.silence.heard_feedback();
            self.delay.scale(left);
            self.delay.measure_rtt(news, now);
            self.rtt = self.delay.rtt().or(self.rtt);
        }
        self.acknowledged.add(&news.arrived);
        let probed = self.measurements.add(&news.arrived);
        let inherent = self.loss.inherent();
        let probed = probed.map(|result| result.sent_for(inherent));
        for packet in &news.arrived {
            self.loss.add(packet.sent.at, packet.sent.size, false);
        }
        for packet in &news.lost {
            self.loss.add(packet.at, packet.size, true);
        }
        self.loss.recovered(news.recovered);
        let acknowledged = self.acknowledged.bitrate();
        self.delay.update(
            &news.arrived,
            &DelayContext {
                acknowledged: acknowledged.map(|rate| sent_for(rate, inherent)),
                recent: self
                    .acknowledged
                    .recent()
                    .map(|rate| sent_for(rate, inherent)),
                probed,
                application_limited: self.limit.is_limited(),
            },
            now,
        );
        if let Some(result) = probed {
            self.loss.probed(result.rate, result.full);
        }
        self.loss.update(&LossContext {
            delay_based: self.delay.target(),
            acknowledged,
            min: self.min,
        });
        if let (Some(limit), Some(arriving)) = (self.loss.limit(), acknowledged) {
            self.delay.stay_near(arriving, limit);
        }
        self.after_feedback(probed, now);
    }

    /// Takes in the bitrate of a REMB message. Zero means that the peer has no limit any more.
    pub fn handle_remb(&mut self, bitrate: Bitrate, now: Instant) {
        if bitrate == Bitrate::ZERO {
            self.remb = None;
            return;
        }
        let now = self.since_epoch(now);
        self.account(now);
        self.remb = Some(bitrate);
        if self.evidence == Evidence::Reports {
            let left = self.silence.heard_report();
            self.reports.scale(left);
            self.reports.handle_remb(bitrate);
        }
        self.look(now);
    }

    /// Takes in what a receiver report says: the fraction lost in 1/256, and the round trip if it can be computed.
    /// The worst of the streams of a transport.
    pub fn handle_receiver_report(
        &mut self,
        fraction_lost: u8,
        rtt: Option<Duration>,
        now: Instant,
    ) {
        let now = self.since_epoch(now);
        self.account(now);
        let left = self.silence.heard_report();
        if self.evidence == Evidence::Reports {
            self.rtt = rtt.or(self.rtt);
            self.reports.scale(left);
            let sent = self.sent_rate.bitrate(now);
            self.reports
                .handle_report(fraction_lost, self.rtt, sent, now);
        }
        self.look(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; may be in the past.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let look = self.is_busy().then_some(self.next_look);
        let due = look.into_iter().chain(self.prober.due()).min()?;
        self.epoch.checked_add(due)
    }

    /// When a probe is due; part of [`poll_timeout`](Self::poll_timeout), for who looks at many paths together. Sending
    /// does not make it earlier.
    pub fn probe_timeout(&self) -> Option<Instant> {
        self.epoch.checked_add(self.prober.due()?)
    }

    /// Whether [`handle_timeout`](Self::handle_timeout) is to be called every [`LOOK_INTERVAL`].
    pub fn is_busy(&self) -> bool {
        let last = self.outgoing.last;
        last.is_some_and(|sent| self.next_look.saturating_sub(sent) < IDLE)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.since_epoch(now);
        self.prober.give_up(now);
        if now + EARLY >= self.next_look {
            self.look(now);
        }
    }

    /// A packet of padding to be sent now. To be called until there is none; each is to be sent, and to be told by
    /// [`packet_sent`](Self::packet_sent), before the next is asked for.
    pub fn poll_probe(&mut self, now: Instant) -> Option<Probe> {
        let (id, size) = self.prober.poll(self.since_epoch(now))?;
        Some(Probe {
            id: ProbeId(id),
            size,
        })
    }

    /// The bitrate that the path carries, headers from IP on included: what there is to allot.
    pub fn available(&self) -> Bitrate {
        let estimate = match self.evidence {
            Evidence::Reports => self.reports.estimate(),
            Evidence::Feedback => self.delay.target(),
        };
        let loss_based = self.loss.limit().unwrap_or(MAX_BITRATE);
        let remb = self.remb.unwrap_or(MAX_BITRATE);
        let least = estimate.min(loss_based).min(remb);
        let left = Bitrate((least.0 as f64 * self.silence.factor()) as u64);
        left.clamp(self.min, self.ceiling())
    }

    /// Whether the peer tells what the path carries: [`available`](Self::available) is more than an assumption.
    pub fn is_told(&self) -> bool {
        self.evidence == Evidence::Feedback || self.remb.is_some()
    }

    /// How the estimate comes about.
    pub fn stats(&self) -> ControllerStats {
        let loss = match self.evidence {
            Evidence::Reports => f64::from(self.reports.loss) / 256.0,
            Evidence::Feedback => self.loss.loss(),
        };
        ControllerStats {
            available: self.available(),
            desired: self.schedule.desired(),
            rtt: self.rtt,
            queue: self.delay.queue(),
            loss,
            acknowledged: self.acknowledged.bitrate(),
            delay_based: self.delay.target(),
            loss_based: self.loss.limit(),
            remb: self.remb,
            usage: self.delay.usage(),
            application_limited: self.limit.is_limited(),
            probes_sent: self.prober.begun,
            probes_measured: self.measurements.measured,
            feedback_messages: self.messages,
            refused: self.reader.refused,
        }
    }

    fn note(&mut self, SentNote { seq, size }: SentNote, probe: Option<ProbeId>, now: Duration) {
        let probe = self.prober.packet_sent(size, now).or(probe.map(|id| id.0));
        let at = now;
        self.sent.add(seq, SentPacket { at, size, probe });
    }

    fn count_sent(&mut self, bytes: u64, is_told_of: bool, now: Duration) {
        let last = self.outgoing.last.replace(now);
        if last.is_none_or(|last| now.saturating_sub(last) >= IDLE) {
            self.next_look = now + LOOK_INTERVAL;
        }
        self.outgoing.bytes += bytes;
        self.outgoing.is_told_of |= is_told_of;
    }

    /// Takes what was sent since the last time into account.
    fn account(&mut self, now: Duration) {
        let bytes = std::mem::take(&mut self.outgoing.bytes);
        if std::mem::take(&mut self.outgoing.is_told_of)
            && let Some(last) = self.outgoing.last
        {
            self.silence.packet_sent(last);
        }
        self.sent_rate.add(bytes, now);
        self.limit.update(bytes, self.available(), now);
    }

    fn after_feedback(&mut self, probed: Option<ProbeResult>, now: Duration) {
        if let Some(result) = probed {
            let plans = self.schedule.measured(result.rate, &self.path(now), now);
            self.take(&plans, now);
        }
        self.look(now);
    }

    /// Looks at what time changes, and for reasons to probe.
    fn look(&mut self, now: Duration) {
        self.next_look = now + LOOK_INTERVAL;
        self.account(now);
        self.silence.update(now);
        if self.is_quiet(now) && self.loss.limit().is_some() {
            self.loss = LossEstimator::new();
        }
        if self.outgoing.last.is_some() {
            let plans = self.schedule.poll(&self.path(now), now);
            self.take(&plans, now);
        }
    }

    fn take(&mut self, plans: &Plans, now: Duration) {
        for plan in plans.iter() {
            self.measurements.expect(plan);
            self.prober.push(plan, now);
        }
    }

    /// Whether nothing has been sent for a while: what was seen before says little of the path now, and without
    /// probes nothing new would be seen.
    fn is_quiet(&self, now: Duration) -> bool {
        self.outgoing
            .last
            .is_some_and(|sent| now.saturating_sub(sent) >= QUIET)
    }

    fn path(&self, now: Duration) -> PathState {
        let is_quiet = self.is_quiet(now);
        let is_steady = self.delay.usage() == LinkUsage::Normal && self.silence.factor() == 1.0;
        PathState {
            estimate: self.available(),
            max: self.max.into_iter().chain(self.remb).min(),
            application_limited: is_quiet || self.limit.is_limited(),
            calm: is_quiet || is_steady && self.loss.limit().is_none(),
            lossy: is_steady && self.loss.limit().is_some(),
        }
    }

    fn ceiling(&self) -> Bitrate {
        self.max.unwrap_or(MAX_BITRATE)
    }

    fn since_epoch(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }
}

/// The rate sent of which such a share is lost and the rest arrives.
fn sent_for(arrived: Bitrate, lost: f64) -> Bitrate {
    Bitrate((arrived.0 as f64 / (1.0 - lost)) as u64)
}

fn limits(min: Bitrate, max: Option<Bitrate>) -> (Bitrate, Bitrate) {
    let min = min.clamp(MIN_BITRATE, MAX_BITRATE);
    (min, max.unwrap_or(MAX_BITRATE).clamp(min, MAX_BITRATE))
}

#[cfg(test)]
mod tests;
