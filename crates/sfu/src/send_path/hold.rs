//! When a consumer may be given a higher layer again, after it had to give one up: a layer that does not last is worse
//! than one that does.

use std::time::{Duration, Instant};

/// Wait after the first fall. Longer leaves a good link unused, shorter tries in vain sooner.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// Longest wait. Longer flaps less on a link that is always a little too narrow, and finds later that it no longer is.
const LONGEST_WAIT: Duration = Duration::from_secs(40);
/// A rise that was followed by a fall within this time was a mistake: the next one waits twice as long.
const FAILED_RISE: Duration = Duration::from_secs(15);

/// What a consumer's layers did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RiseHold {
    /// Until when it stays.
    until: Option<Instant>,
    /// How long it waited last.
    wait: Duration,
    /// When it last rose.
    risen: Option<Instant>,
}

impl RiseHold {
    /// Whether a higher layer may be given.
    pub(crate) fn may_rise(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until <= now)
    }

    /// It was given a higher layer.
    pub(crate) fn rose(&mut self, now: Instant) {
        self.risen = Some(now);
    }

    /// It had to give one up.
    pub(crate) fn fell(&mut self, now: Instant) {
        let rise_failed = self
            .risen
            .take()
            .is_some_and(|at| now.saturating_duration_since(at) < FAILED_RISE);
        self.wait = if rise_failed {
            (self.wait * 2).clamp(FIRST_WAIT, LONGEST_WAIT)
        } else if self.may_rise(now) {
            FIRST_WAIT
        } else {
            self.wait
        };
        self.until = Some(now + self.wait);
    }
}

#[cfg(test)]
mod tests;
