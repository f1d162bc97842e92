//! The clock of a peer, which may go faster or slower than that of the world.

use std::time::{Duration, Instant};

/// A clock that said the same as the world's at some moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
    /// How much faster it goes, in millionths.
    drift_ppm: i32,
}

impl Clock {
    pub(super) fn new(drift_ppm: i32, start: Instant) -> Self {
        Self { start, drift_ppm }
    }

    /// What it says at a moment of the world.
    pub(super) fn at(&self, now: Instant) -> Instant {
        let elapsed = now.saturating_duration_since(self.start);
        self.start + scaled(elapsed, 1_000_000 + i128::from(self.drift_ppm), 1_000_000)
    }

    /// The first moment of the world at which it says this.
    pub(super) fn when(&self, local: Instant) -> Instant {
        if self.drift_ppm == 0 {
            return local;
        }
        let elapsed = local.saturating_duration_since(self.start);
        let early = self.start + scaled(elapsed, 1_000_000, 1_000_000 + i128::from(self.drift_ppm));
        let mut at = early;
        while self.at(at) < local {
            at += Duration::from_nanos(1);
        }
        at
    }
}

fn scaled(time: Duration, numerator: i128, denominator: i128) -> Duration {
    let nanos = i128::try_from(time.as_nanos()).unwrap_or(i128::MAX / 2_000_000) * numerator;
    let nanos = (nanos / denominator.max(1)).max(0);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
