//! How fast a peer can send to us, estimated from how its packets' delays change.
//!
//! The receiver-side estimator of draft-ietf-rmcat-gcc-02 with the linear trend filter that later implementations use
//! in place of the Kalman filter. For peers that do not take transport-wide feedback; told to them by REMB.

use std::time::{Duration, Instant};

use miso_wire::{AbsSendTime, Bitrate};

use aimd::RateControl;
use groups::{Arrival, PacketGroups};
use trend::TrendDetector;

use crate::rate::RateCounter;

mod aimd;
mod groups;
mod trend;

/// Window of the incoming rate. Longer is steadier, shorter follows a link that changes.
const RATE_WINDOW: Duration = Duration::from_millis(500);

/// Least time between REMBs, unless the estimate drops. Longer makes the sender grow later, shorter costs packets.
const REMB_INTERVAL: Duration = Duration::from_millis(200);

/// A drop below this share of what was last told is told at once.
const URGENT_SHARE: f64 = 0.97;

/// Estimates the bitrate that a transport may receive.
#[derive(Debug)]
pub(crate) struct IncomingBitrateEstimator {
    /// When the first packet came.
    epoch: Option<Instant>,
    /// Puts packets that were sent together into groups.
    groups: PacketGroups,
    /// Finds queues that grow or shrink.
    trend: TrendDetector,
    /// Turns that into a rate.
    control: RateControl,
    /// What arrives.
    incoming: RateCounter,
    /// What was told last, and when.
    told: Option<(Bitrate, Instant)>,
    /// Whether packets came since.
    news: bool,
}

impl Default for IncomingBitrateEstimator {
    fn default() -> Self {
        Self {
            epoch: None,
            groups: PacketGroups::default(),
            trend: TrendDetector::default(),
            control: RateControl::default(),
            incoming: RateCounter::new(RATE_WINDOW),
            told: None,
            news: false,
        }
    }
}

impl IncomingBitrateEstimator {
    /// Takes a packet in that says when it was sent; `size` is that of the whole packet.
    pub(crate) fn packet_arrived(&mut self, sent: AbsSendTime, size: usize, now: Instant) {
        let epoch = *self.epoch.get_or_insert(now);
        let arrived = now.saturating_duration_since(epoch);
        self.incoming.add(size, now);
        self.news = true;
        if let Some(change) = self.groups.add(Arrival { sent, at: arrived }) {
            self.trend.update(&change);
        }
        let incoming = (arrived >= RATE_WINDOW).then(|| self.incoming.bitrate(now));
        self.control.update(self.trend.usage(), incoming, arrived);
    }

    /// Takes a measured round trip: how long a reduction takes to show.
    pub(crate) fn set_rtt(&mut self, rtt: Duration) {
        self.control.set_rtt(rtt);
    }

    /// The estimate; none before the first packet.
    pub(crate) fn estimate(&self) -> Option<Bitrate> {
        self.epoch.map(|_| self.control.target())
    }

    /// The estimate, when a REMB is to tell it now. To be called after each receive batch and at
    /// [`poll_timeout`](Self::poll_timeout). The [limiter](super::IncomingBitrateLimiter) has the last word.
    pub(crate) fn poll_remb(&mut self, now: Instant) -> Option<Bitrate> {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return None;
        }
        let estimate = self.estimate()?;
        self.told = Some((estimate, now));
        self.news = false;
        Some(estimate)
    }

    /// When [`poll_remb`](Self::poll_remb) wants to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let Some((told, at)) = self.told else {
            return self.epoch;
        };
        let urgent = (self.control.target().0 as f64) < told.0 as f64 * URGENT_SHARE;
        self.news
            .then(|| if urgent { at } else { at + REMB_INTERVAL })
    }
}

#[cfg(test)]
mod tests;
