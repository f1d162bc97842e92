//! Whether there is too little to send for the estimate to be put to the test.

use std::time::Duration;

use miso_wire::Bitrate;

/// Share of the estimate that must be sent. Higher sees a limit sooner and probes more often, lower takes an estimate
/// for proved that was not.
const USED_SHARE: f64 = 0.80;

/// How long the account of what was not sent reaches back. Longer is calmer, shorter reacts sooner.
const WINDOW: Duration = Duration::from_millis(500);

/// Balance at which the sender counts as limited, and below which it no longer does, as shares of the window. The
/// distance between them keeps it from flapping.
const START: f64 = 0.80;
const STOP: f64 = 0.50;

/// Keeps account of what might have been sent and was not.
#[derive(Debug, Default)]
pub(crate) struct ApplicationLimit {
    /// What might be sent beyond what was: shares of a window, from -1 to 1.
    balance: f64,
    /// When the balance was last looked at.
    updated: Duration,
    /// Whether the sender is limited.
    limited: bool,
}

impl ApplicationLimit {
    /// Takes in what was sent since the last time. `estimate` is the available bitrate.
    pub(crate) fn update(&mut self, bytes: u64, estimate: Bitrate, now: Duration) {
        let elapsed = now.saturating_sub(self.updated);
        self.updated = self.updated.max(now);
        let window_bits = estimate.0.max(1) as f64 * USED_SHARE * WINDOW.as_secs_f64();
        let used = bytes as f64 * 8.0 / window_bits;
        let earned = elapsed.as_secs_f64() / WINDOW.as_secs_f64();
        self.balance = (self.balance + earned).min(1.0);
        self.balance = (self.balance - used).max(-1.0);
        if self.balance > START {
            self.limited = true;
        } else if self.balance < STOP {
            self.limited = false;
        }
    }

    /// Whether the sender is limited.
    pub(crate) fn is_limited(&self) -> bool {
        self.limited
    }
}

#[cfg(test)]
mod tests;
