//! The clock of statistics.

use std::time::Instant;

/// Milliseconds since the worker's start, as statistics are stamped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub(crate) const fn starting_at(start: Instant) -> Self {
        Self { start }
    }

    /// The time of a moment.
    pub(crate) fn millis(self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.start);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
