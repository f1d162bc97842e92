//! The limit on what a peer may send, told by REMB.

use std::time::{Duration, Instant};

use miso_wire::Bitrate;

/// How often the limit is repeated. Longer risks that a peer forgets it, shorter costs packets.
const INTERVAL: Duration = Duration::from_millis(1_500);

/// How often the removal of a limit is said. More survives more loss.
const REMOVAL_REPEATS: u8 = 4;

/// Has the last word on REMBs: keeps what is estimated within the `maxIncomingBitrate` of the transport, and repeats
/// that limit to a peer for which nothing is estimated (fact sheet 3.12).
#[derive(Clone, Debug, Default)]
pub(crate) struct IncomingBitrateLimiter {
    /// The limit; zero for none.
    limit: Bitrate,
    /// The last estimate, if there ever was one.
    estimate: Option<Bitrate>,
    /// Removals that are still to be said.
    removals: u8,
    /// When the limit or its removal is said next.
    next: Option<Instant>,
}

impl IncomingBitrateLimiter {
    /// Sets the limit, or removes it with zero. What changed is said at once.
    pub(crate) fn set_limit(&mut self, limit: Bitrate, now: Instant) {
        if limit == self.limit {
            return;
        }
        self.removals = if limit == Bitrate::ZERO {
            REMOVAL_REPEATS
        } else {
            0
        };
        self.limit = limit;
        self.next = Some(now);
    }

    /// The bitrate of a REMB that is to be sent now; zero means that there is no limit. `estimate` is one that is to
    /// be told now. To be called once for each estimate, and at [`poll_timeout`](Self::poll_timeout).
    pub(crate) fn poll_remb(&mut self, estimate: Option<Bitrate>, now: Instant) -> Option<Bitrate> {
        self.estimate = estimate.or(self.estimate);
        let due = self.next.is_some_and(|at| at <= now);
        if !due && estimate.is_none() {
            return None;
        }
        if due || self.removals == 0 {
            self.removals = self.removals.saturating_sub(1);
            let more = self.limit != Bitrate::ZERO || self.removals > 0;
            self.next = more.then(|| now + INTERVAL);
        }
        Some(match self.estimate {
            Some(estimate) if self.limit == Bitrate::ZERO => estimate,
            Some(estimate) => estimate.min(self.limit),
            None => self.limit,
        })
    }

    /// When [`poll_remb`](Self::poll_remb) wants to be called next without an estimate.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }
}

#[cfg(test)]
mod tests;
