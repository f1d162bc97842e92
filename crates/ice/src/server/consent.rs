//! Consent freshness (RFC 7675): who has not asked for media lately gets none.

use std::time::{Duration, Instant};

/// How long a peer may be silent: never ending, or 10 to 60 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentTimeout(Option<Duration>);

impl ConsentTimeout {
    /// A silent peer is kept for ever.
    pub const DISABLED: Self = Self(None);

    /// From a setting in seconds: 0 disables, everything else is brought into 10 to 60. Higher: a peer that vanished is
    /// noticed later. Lower: a short loss of network ends a call.
    pub fn from_secs(seconds: u64) -> Self {
        match seconds {
            0 => Self::DISABLED,
            _ => Self(Some(Duration::from_secs(seconds.clamp(10, 60)))),
        }
    }
}

impl Default for ConsentTimeout {
    /// 30 seconds.
    fn default() -> Self {
        Self::from_secs(30)
    }
}

/// A deadline that every valid request moves on.
#[derive(Debug)]
pub(super) struct Consent {
    /// How far it is moved.
    timeout: ConsentTimeout,
    /// `None` while there is nothing to consent to, or if disabled.
    deadline: Option<Instant>,
}

impl Consent {
    pub(super) const fn new(timeout: ConsentTimeout) -> Self {
        Self {
            timeout,
            deadline: None,
        }
    }

    /// A valid request came.
    pub(super) fn start(&mut self, now: Instant) {
        self.deadline = self.timeout.0.map(|timeout| now + timeout);
    }

    /// Gives the peer the full time again, if it is running at all.
    pub(super) fn extend(&mut self, now: Instant) {
        if self.deadline.is_some() {
            self.start(now);
        }
    }

    pub(super) const fn stop(&mut self) {
        self.deadline = None;
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }
}
