//! What the consumers of a transport want together, smoothed: it rises at once and falls slowly, since who wants less
//! for a moment (a still picture, a short pause) will want the same again.

use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// By how much of its peak the value falls in a second, in percent. More follows a lasting fall sooner and lets the
/// estimate sink in pauses; less keeps probing for what nobody needs.
const FALL_PERCENT: u64 = 5;

/// The smoothed value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DesiredBitrate {
    /// The last value that it rose to, or was set to, and when.
    peak: Option<(Bitrate, Instant)>,
    /// What is wanted now, without smoothing.
    latest: Bitrate,
}

impl DesiredBitrate {
    /// Notes what is wanted now.
    pub(crate) fn update(&mut self, desired: Bitrate, now: Instant) {
        self.latest = desired;
        if desired >= self.get(now) {
            self.peak = Some((desired, now));
        }
    }

    /// Forgets what was wanted before: consumers were paused or closed.
    pub(crate) fn forget_peak(&mut self) {
        self.peak = None;
    }

    /// The value now.
    pub(crate) fn get(&self, now: Instant) -> Bitrate {
        let Some((peak, at)) = self.peak else {
            return Bitrate::ZERO;
        };
        let elapsed = now
            .saturating_duration_since(at)
            .min(Duration::from_secs(60));
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let fall = (peak.0 / 100).saturating_mul(FALL_PERCENT * millis / 1_000);
        Bitrate(peak.0.saturating_sub(fall)).max(self.latest)
    }

    /// What is wanted now, without smoothing.
    pub(crate) fn latest(&self) -> Bitrate {
        self.latest
    }
}

#[cfg(test)]
mod tests;
