//! How fast a peer can send to us, estimated from how its packets' delays change.
//!
//! The receiver-side estimator of draft-ietf-rmcat-gcc-02 with the linear trend filter that later implementations use
//! in place of the Kalman filter. For peers that do not take transport-wide feedback; told to them by REMB.

use std::time::{Duration, Instant};

use miso_bwe::{Arrival, PacketGroups, RateControl, RateControlConfig, TrendDetector};
use miso_wire::{AbsSendTime, Bitrate};

use crate::rate::RateCounter;

/// Window of the incoming rate. Longer is steadier, shorter follows a link that changes.
const RATE_WINDOW: Duration = Duration::from_millis(500);

/// Least time between REMBs, unless the estimate drops. Longer makes the sender grow later, shorter costs packets.
const REMB_INTERVAL: Duration = Duration::from_millis(200);

/// A drop below this share of what was last told is told at once.
const URGENT_SHARE: f64 = 0.97;

/// How the estimate begins and what bounds it. There are no probes here, so it grows fast until the link was full.
const CONTROL: RateControlConfig = RateControlConfig {
    start: Bitrate::kbps(600),
    min: Bitrate::kbps(30),
    max: Bitrate::kbps(1_000_000),
    start_growth: Some(2.5),
    start_headroom: 2.5,
};

/// A peer's clock that goes back further was set anew. Less would take reordering for that.
const CLOCK_JUMP: Duration = Duration::from_secs(3);

/// Estimates the bitrate that a transport may receive.
#[derive(Debug)]
pub(crate) struct IncomingBitrateEstimator {
    /// When the first packet came.
    epoch: Option<Instant>,
    /// The peer's clock.
    send_clock: SendClock,
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
            send_clock: SendClock::default(),
            groups: PacketGroups::default(),
            trend: TrendDetector::default(),
            control: RateControl::new(&CONTROL),
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
        let sent = self.send_clock.unwrapped(sent);
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

/// Undoes the wraps of a sender's clock, every 64 s.
#[derive(Debug, Default)]
struct SendClock {
    /// The newest time, on the wire and unwrapped.
    newest: Option<(AbsSendTime, Duration)>,
}

impl SendClock {
    /// The time closest to the newest.
    fn unwrapped(&mut self, sent: AbsSendTime) -> Duration {
        // The first one leaves room for packets from before it.
        let (newest, unwrapped) = *self.newest.get_or_insert((sent, Duration::from_secs(64)));
        let (ahead, behind) = (newest.until(sent), sent.until(newest));
        let time = if ahead > behind {
            unwrapped.saturating_sub(behind)
        } else {
            unwrapped + ahead
        };
        if ahead <= behind || behind > CLOCK_JUMP {
            self.newest = Some((sent, time));
        }
        time
    }
}

#[cfg(test)]
mod tests;
