//! How many messages a session may send: a bucket of tokens that fills with time.

use std::time::Duration;

use tokio::time::Instant;

/// The bucket, kept as the time at which it would be empty of debt (a virtual clock).
#[derive(Debug)]
pub(super) struct Rate {
    /// Time that one message is worth.
    per_message: Duration,
    /// Time that a full bucket is worth.
    burst: Duration,
    /// When all messages so far are paid for.
    paid: Instant,
}

impl Rate {
    /// So many messages a second on average, and so many at once.
    pub(super) fn new(rate: usize, burst: usize, now: Instant) -> Self {
        let per_message = Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX).max(1);
        let burst = per_message.saturating_mul(u32::try_from(burst).unwrap_or(u32::MAX).max(1));
        Self {
            per_message,
            burst,
            paid: now,
        }
    }

    /// Takes a message in. If it is one too many: when the next may come. It costs nothing then.
    pub(super) fn take(&mut self, now: Instant) -> Option<Instant> {
        let paid = self.paid.max(now) + self.per_message;
        if paid > now + self.burst {
            return Some(paid - self.burst);
        }
        self.paid = paid;
        None
    }
}

#[cfg(test)]
mod tests;
