//! The estimate from losses: which bandwidth explains best how losses went with the rate sent.
//!
//! A path is taken to lose some packets whatever is sent (its inherent loss, as radio does), and all that is sent above
//! its bandwidth. Of a few candidates for the bandwidth the one is taken under which the losses of the last seconds
//! are likeliest. After the second version of the loss-based estimator of Google congestion control.

mod model;

use std::time::Duration;

use miso_wire::Bitrate;

use self::model::{Channel, Observations};

/// Shortest time that an observation covers. Longer is calmer, shorter reacts sooner.
const OBSERVATION: Duration = Duration::from_millis(250);

/// Packets that an observation has at least: losses among fewer say nothing of their share. More is calmer at low
/// rates, fewer reacts sooner.
const MIN_PACKETS: u32 = 20;

/// Longest time that an observation covers, however few its packets.
const MAX_OBSERVATION: Duration = Duration::from_millis(1_000);

/// Candidates in multiples of the current bandwidth. Further apart moves faster and less steadily.
const CANDIDATE_FACTORS: [f64; 3] = [1.02, 1.0, 0.95];

/// Loss above which the rate is bounded at once, whatever explains it best. Higher tolerates more loss.
const BOUND_OFFSET: f64 = 0.03;

/// Rate that the bound has at one unit of loss above the offset. Higher tolerates more loss at high rates.
const BOUND_BALANCE: f64 = 50_000.0;

/// Share of what arrives that the bound leaves at least: what arrives, the path carries. Higher keeps more of a path
/// that drops what is too much, lower falls faster where a path fails.
const BOUND_SHARE: f64 = 0.85;

/// How far a bandwidth that grows again may be above what arrives, as a factor. Higher recovers sooner.
const RAMP_UP: f64 = 1.3;

/// Growth in one step beyond what arrived when the bandwidth was last reduced, and for how long that is remembered.
/// More finds a better path sooner and loses more on one that drops what is too much.
const CAREFUL_STEP: f64 = 1.05;
const MEMORY: Duration = Duration::from_secs(10);

/// How long a bandwidth that was reduced is held. Longer loses less, shorter recovers sooner.
const HOLD: Duration = Duration::from_millis(300);

/// Share that counts at most as lost whatever is sent. Higher uses more of a path that loses a lot, lower sends less into
/// one that fails.
const MAX_PROVED_LOSS: f64 = 0.2;

/// What an observation collects.
#[derive(Clone, Copy, Debug, Default)]
struct Partial {
    packets: u32,
    lost: u32,
    bytes: u64,
    first_sent: Option<Duration>,
    last_sent: Duration,
}

/// What a probe has shown.
#[derive(Clone, Copy, Debug)]
struct Proof {
    /// What the path carries at least, in bit/s.
    rate: f64,
    /// What was lost at the time.
    loss: f64,
}

/// The estimate.
#[derive(Debug)]
pub(crate) struct LossEstimator {
    /// The observation that is being made.
    partial: Partial,
    /// The last ones.
    observations: Observations,
    /// What explains them best; none before the first.
    channel: Option<Channel>,
    /// When the bandwidth was last reduced, and what arrived then.
    reduced: Option<(Duration, f64)>,
    /// The estimate while losses limit.
    limit: Option<Bitrate>,
    /// What a probe has shown; none once more was lost than then.
    proof: Option<Proof>,
}

/// What else is known of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LossContext {
    /// The estimate from delays, which is never exceeded.
    pub(crate) delay_based: Bitrate,
    /// What arrives.
    pub(crate) acknowledged: Option<Bitrate>,
    /// Least rate.
    pub(crate) min: Bitrate,
}

impl LossEstimator {
    pub(crate) fn new() -> Self {
        Self {
            partial: Partial::default(),
            observations: Observations::default(),
            channel: None,
            reduced: None,
            limit: None,
            proof: None,
        }
    }

    /// Notes a packet that the peer told of.
    pub(crate) fn add(&mut self, sent: Duration, size: u32, lost: bool) {
        let partial = &mut self.partial;
        partial.packets += 1;
        partial.lost += u32::from(lost);
        partial.bytes += u64::from(size);
        let first = partial.first_sent.get_or_insert(sent);
        *first = sent.min(*first);
        partial.last_sent = partial.last_sent.max(sent);
    }

    /// Takes back the losses of packets that arrived late.
    pub(crate) fn recovered(&mut self, packets: u32) {
        // Their loss was counted before: they are no new packets.
        self.partial.lost = self.partial.lost.saturating_sub(packets);
        self.partial.packets = self.partial.packets.saturating_sub(packets);
    }

    /// Makes an estimate of what was noted, when that is enough.
    pub(crate) fn update(&mut self, context: &LossContext) {
        let span = self.partial.first_sent.map_or(Duration::ZERO, |first| {
            self.partial.last_sent.saturating_sub(first)
        });
        let complete = span >= OBSERVATION && self.partial.packets >= MIN_PACKETS;
        if !complete && span < MAX_OBSERVATION {
            return;
        }
        let partial = std::mem::take(&mut self.partial);
        let sending_rate = partial.bytes as f64 * 8.0 / span.as_secs_f64();
        self.observations
            .push(partial.packets, partial.lost, sending_rate);
        if self.limit.is_some() {
            self.observations.forget_losses_before_recent();
        }
        self.estimate(context, partial.last_sent);
    }

    /// The estimate; none while losses do not limit.
    pub(crate) fn limit(&self) -> Option<Bitrate> {
        self.limit
    }

    /// Share of packets lost lately.
    pub(crate) fn loss(&self) -> f64 {
        self.observations.average_loss()
    }

    /// Share of packets that the path loses whatever is sent, as far as a probe has shown that.
    pub(crate) fn inherent(&self) -> f64 {
        let now = self.observations.average_loss();
        self.proof
            .map_or(0.0, |proof| proof.loss.min(now).min(MAX_PROVED_LOSS))
    }

    /// A probe has measured that the path carries this rate, or not much more where it was `full`: then the losses of
    /// now are not for less than that.
    pub(crate) fn probed(&mut self, rate: Bitrate, full: bool) {
        let rate = rate.0 as f64;
        let known = self.proof.filter(|_| !full);
        self.proof = Some(Proof {
            rate: known.map_or(rate, |proof| proof.rate.max(rate)),
            loss: self.observations.average_loss(),
        });
    }

    fn estimate(&mut self, context: &LossContext, now: Duration) {
        let delay_based = context.delay_based.0 as f64;
        let current = self.channel.unwrap_or(Channel::new(delay_based));
        self.proof = (self.proof).filter(|proof| !self.observations.exceeds(proof.loss));
        let proved = self.proof.map_or(0.0, |proof| proof.rate);
        let mut best = self.best_candidate(&current, context);
        if best.bandwidth > current.bandwidth && self.limit.is_some() {
            best.bandwidth = self.ramped(&current, &best, context, now);
        }
        let bounded = best
            .bandwidth
            .min(self.bound(&current, context))
            .max(context.min.0 as f64)
            .max(proved);
        if bounded != best.bandwidth {
            best = Channel::new(bounded);
        }
        if best.bandwidth < current.bandwidth {
            let arriving = context
                .acknowledged
                .map_or(best.bandwidth, |rate| rate.0 as f64);
            self.reduced = Some((now, arriving));
        }
        let limits = best.bandwidth < delay_based;
        self.limit = limits.then_some(Bitrate(best.bandwidth as u64));
        if !limits {
            best.bandwidth = delay_based;
        }
        self.channel = Some(best);
    }

    fn best_candidate(&self, current: &Channel, context: &LossContext) -> Channel {
        let delay_based = context.delay_based.0 as f64;
        let factors = CANDIDATE_FACTORS.map(|factor| Some(current.bandwidth * factor));
        let acknowledged = context.acknowledged.map(|rate| rate.0 as f64);
        let delays = (delay_based > current.bandwidth).then_some(delay_based);
        let candidates = factors.into_iter().chain([acknowledged, delays]).flatten();
        let fitted = candidates.map(|bandwidth| {
            let channel = self.observations.fitted(&Channel {
                bandwidth,
                ..*current
            });
            (self.observations.likelihood(&channel), channel)
        });
        fitted
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map_or(*current, |(_, channel)| channel)
    }

    /// The bandwidth to which one that is reduced may grow.
    fn ramped(
        &self,
        current: &Channel,
        best: &Channel,
        context: &LossContext,
        now: Duration,
    ) -> f64 {
        let since = self.reduced.map(|(at, _)| now.saturating_sub(at));
        let held = since.is_some_and(|since| since < HOLD);
        // Losses that the channel does not explain speak against more.
        if held || self.observations.recent_loss() > best.inherent_loss {
            return current.bandwidth;
        }
        let acknowledged = context
            .acknowledged
            .map_or(f64::MAX, |rate| rate.0 as f64 * RAMP_UP);
        // Where losses began is known for a while: beyond, it goes by small steps.
        let known = self
            .reduced
            .filter(|(at, _)| now.saturating_sub(*at) < MEMORY);
        let careful = known.map_or(f64::MAX, |(_, arriving)| {
            arriving.max(current.bandwidth * CAREFUL_STEP)
        });
        let ceiling = acknowledged.min(careful);
        best.bandwidth.min(ceiling).max(current.bandwidth)
    }

    /// What high loss leaves at most.
    fn bound(&self, current: &Channel, context: &LossContext) -> f64 {
        let excess = self.observations.loss_at(current.bandwidth) - BOUND_OFFSET;
        if excess <= 0.0 {
            return f64::MAX;
        }
        let arriving = context.acknowledged.map_or(0.0, |rate| rate.0 as f64);
        (BOUND_BALANCE / excess).max(arriving * BOUND_SHARE)
    }
}

#[cfg(test)]
mod tests;
