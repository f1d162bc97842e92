//! State of a token bucket.

use std::time::Instant;

use crate::config::Policer;
use crate::link::work;

/// Tokens of a [`Policer`], in bit-nanoseconds per second so that nothing is rounded.
#[derive(Clone, Copy)]
pub(crate) struct Bucket {
    policer: Policer,
    tokens: u128,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(policer: Policer, now: Instant) -> Self {
        Self {
            policer,
            tokens: work(policer.burst),
            filled: now,
        }
    }

    /// Takes the tokens for a packet of this size, if they are there.
    pub(crate) fn admits(&mut self, size: usize, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_nanos();
        self.filled = self.filled.max(now);
        let refill = elapsed.saturating_mul(u128::from(self.policer.rate.0));
        self.tokens = self
            .tokens
            .saturating_add(refill)
            .min(work(self.policer.burst));
        match self.tokens.checked_sub(work(size)) {
            Some(left) => {
                self.tokens = left;
                true
            }
            None => false,
        }
    }
}
