//! The delay-based estimate: groups of packets, the trend of their delays, and the rate that follows from it.

mod groups;
mod queue;
mod rate_control;
mod trend;

use std::time::Duration;

use miso_wire::Bitrate;

use queue::StandingQueue;

pub use groups::{Arrival, GroupChange, PacketGroups};
pub use rate_control::{RateControl, RateControlConfig};
pub use trend::{LinkUsage, TrendDetector};

use crate::feedback::{ArrivedPacket, News};
use crate::probe::ProbeResult;

/// Weight of a new round trip in the smoothed one. Higher follows sooner, lower is calmer.
const RTT_WEIGHT: f64 = 0.2;

/// With a shorter standing queue nothing is overused, whatever the trend says. Longer is fooled less, shorter reacts
/// sooner.
const NO_QUEUE: Duration = Duration::from_millis(4);

/// How far the estimate may be above what arrives before the link was full for the first time, as a factor.
const START_HEADROOM: f64 = 1.5;

/// What else is known when feedback comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DelayContext {
    /// What arrives.
    pub(crate) acknowledged: Option<Bitrate>,
    /// What has arrived just now: the capacity of a path that is full.
    pub(crate) recent: Option<Bitrate>,
    /// What a probe has measured just now.
    pub(crate) probed: Option<ProbeResult>,
    /// Whether the sender has too little to send.
    pub(crate) application_limited: bool,
}

/// The estimate on the sender's side.
#[derive(Debug)]
pub(crate) struct DelayEstimator {
    groups: PacketGroups,
    trend: TrendDetector,
    rate: RateControl,
    queue: StandingQueue,
    /// The smoothed round trip.
    rtt: Option<Duration>,
}

impl DelayEstimator {
    pub(crate) fn new(initial: Bitrate, min: Bitrate, max: Bitrate) -> Self {
        Self {
            groups: PacketGroups::default(),
            trend: TrendDetector::default(),
            rate: RateControl::new(&RateControlConfig {
                start: initial,
                min,
                max,
                start_growth: None,
                start_headroom: START_HEADROOM,
            }),
            queue: StandingQueue::default(),
            rtt: None,
        }
    }

    /// The estimate.
    pub(crate) fn target(&self) -> Bitrate {
        Bitrate((self.rate.target().0 as f64 * self.queue.share()) as u64)
    }

    /// What waits on the path all the time.
    pub(crate) fn queue(&self) -> Duration {
        self.queue.length()
    }

    /// What queues are doing.
    pub(crate) fn usage(&self) -> LinkUsage {
        self.trend.usage()
    }

    /// The round trip.
    pub(crate) fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// Sets the estimate to what is known otherwise.
    pub(crate) fn set_target(&mut self, target: Bitrate) {
        self.rate.set_target(target);
    }

    /// Leaves a share of the estimate.
    pub(crate) fn scale(&mut self, share: f64) {
        if share < 1.0 {
            let target = self.rate.target().0 as f64 * share;
            self.rate.set_target(Bitrate(target as u64));
        }
    }

    /// Keeps the estimate near what arrives while losses `limit`, or at that: a path that drops what is too much, and
    /// delays nothing, says nothing about more.
    pub(crate) fn stay_near(&mut self, arriving: Bitrate, limit: Bitrate) {
        let most = Bitrate((arriving.0 as f64 * START_HEADROOM) as u64);
        self.rate
            .set_target(self.rate.target().min(most.max(limit)));
    }

    /// Sets the bounds.
    pub(crate) fn set_limits(&mut self, min: Bitrate, max: Bitrate) {
        self.rate.set_limits(min, max);
    }

    /// Takes the round trip from packets that arrived: without the time for which the peer kept its report back.
    pub(crate) fn measure_rtt(&mut self, news: &News, now: Duration) {
        let Some(last) = news.arrived.last() else {
            return;
        };
        let shortest = news.arrived.iter().map(|packet| {
            now.saturating_sub(packet.sent.at)
                .saturating_sub(last.at - packet.at)
        });
        if let Some(sample) = shortest.min() {
            let rtt = self.rtt.map_or(sample, |rtt| {
                rtt.mul_f64(1.0 - RTT_WEIGHT) + sample.mul_f64(RTT_WEIGHT)
            });
            self.rtt = Some(rtt);
            self.rate.set_rtt(rtt);
        }
    }

    /// Takes packets in that arrived, in the order of arrival.
    pub(crate) fn update(
        &mut self,
        arrived: &[ArrivedPacket],
        context: &DelayContext,
        now: Duration,
    ) {
        for packet in arrived {
            if packet.sent.probe.is_some() {
                self.groups = PacketGroups::default();
                self.trend.restart();
                continue;
            }
            let arrival = Arrival {
                sent: packet.sent.at,
                at: packet.at,
            };
            if let Some(change) = self.groups.add(arrival) {
                self.trend.update(&change);
            }
        }
        if self.queue.update(arrived, self.trend.usage(), now) {
            self.trend.restart();
        }
        let usage = match self.trend.usage() {
            LinkUsage::Over if self.queue.is_draining() => LinkUsage::Under,
            LinkUsage::Over if self.queue.length() < NO_QUEUE => LinkUsage::Normal,
            LinkUsage::Normal if self.queue.is_ours() => LinkUsage::Under,
            usage => usage,
        };
        self.rate
            .set_application_limited(context.application_limited);
        // While queues grow the path is full, and what has just arrived is all that it carries: unless another fills
        // it, of whom we would yield more with each of its bursts.
        let arriving = match (usage, context.recent) {
            (LinkUsage::Over, Some(recent)) if !self.queue.is_anothers() => {
                context.acknowledged.map(|rate| rate.min(recent))
            }
            _ => context.acknowledged,
        };
        match context.probed {
            Some(result) if usage != LinkUsage::Over => self.take_probe(result, context),
            _ => self.rate.update(usage, arriving, now),
        }
    }

    /// A probe that found more raises the estimate; one that found the path full lowers it, though not below what
    /// arrives.
    fn take_probe(&mut self, result: ProbeResult, context: &DelayContext) {
        let current = self.rate.target();
        if result.rate > current {
            self.rate.set_target(result.rate);
        } else if let Some(arriving) = context.acknowledged.filter(|_| result.full) {
            self.rate.set_target(result.rate.max(arriving).min(current));
        }
    }
}

#[cfg(test)]
mod tests;
