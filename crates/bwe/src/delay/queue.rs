//! What waits on the path all the time, and draining it.
//!
//! The trend says whether a queue grows, not how long it is: when a link becomes slower, half a second of packets may
//! wait before that is seen, and the ordinary reduction drains it slowly. This looks at how much later packets arrive
//! than the fastest of the last seconds did.

use std::time::Duration;

use super::trend::LinkUsage;
use crate::feedback::ArrivedPacket;

/// The fastest packet counts for one to two of these. Longer knows the empty path better, shorter gets over a path
/// that has become longer, and clocks that drift apart, sooner.
const MEMORY: Duration = Duration::from_secs(10);

/// Standing queue from which on it is drained, and below which it counts as drained. Higher leaves more delay, lower
/// takes jitter for a queue.
const DRAIN_ABOVE: Duration = Duration::from_millis(50);
const DRAINED_BELOW: Duration = Duration::from_millis(20);

/// A queue of that length is drained after this time even if it does not grow, as one that is full. Longer leaves more
/// delay, shorter takes jitter for a queue.
const STANDS_AFTER: Duration = Duration::from_millis(500);

/// Standing queue from which on nothing grows. Higher uses more of the link, lower keeps queues shorter and takes jitter
/// for a queue.
const HOLD_ABOVE: Duration = Duration::from_millis(20);

/// A queue is drained within about this time. Longer leaves more delay, shorter leaves more of the link unused.
const DRAIN_TIME: f64 = 0.6;

/// What is left of the rate while it drains, at least.
const MIN_SHARE: f64 = 0.5;

/// After this time it is given up: then it is another's queue, and yielding to that would starve us.
const MAX_DRAIN: Duration = Duration::from_millis(1_500);

/// Where draining is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Drain {
    /// There is nothing to drain.
    #[default]
    Idle,
    /// It drains, since then.
    Draining(Duration),
    /// It did not become shorter for all that.
    GivenUp,
}

/// The standing queue.
#[derive(Debug, Default)]
pub(super) struct StandingQueue {
    /// Difference of the two clocks for the fastest packet of this period and of the one before, in microseconds.
    fastest: Option<i64>,
    fastest_before: Option<i64>,
    /// When this period began.
    began: Duration,
    /// The queue as it is.
    length: Duration,
    /// Whether it has become shorter.
    shrinks: bool,
    /// Since when it has been long enough to be drained.
    long_since: Option<Duration>,
    drain: Drain,
}

impl StandingQueue {
    /// Takes packets in that arrived. Whether a queue of ours has just been drained.
    pub(super) fn update(
        &mut self,
        arrived: &[ArrivedPacket],
        usage: LinkUsage,
        now: Duration,
    ) -> bool {
        let transit = |packet: &ArrivedPacket| micros(packet.at) - micros(packet.sent.at);
        let Some(least) = arrived.iter().map(transit).min() else {
            return false;
        };
        if now.saturating_sub(self.began) >= MEMORY {
            self.began = now;
            self.fastest_before = self.fastest.take();
        }
        let fastest = self.fastest.map_or(least, |fastest| fastest.min(least));
        self.fastest = Some(fastest);
        let base = self
            .fastest_before
            .map_or(fastest, |before| before.min(fastest));
        let length = Duration::from_micros(u64::try_from(least - base).unwrap_or(0));
        self.shrinks = length < self.length;
        self.length = length;
        self.long_since = match self.long_since {
            _ if length < DRAIN_ABOVE => None,
            since => since.or(Some(now)),
        };
        let stands = |since: Duration| now.saturating_sub(since) >= STANDS_AFTER;
        let is_due = self
            .long_since
            .is_some_and(|since| usage == LinkUsage::Over || stands(since));
        let before = self.drain;
        self.drain = match self.drain {
            _ if self.length < DRAINED_BELOW => Drain::Idle,
            Drain::Idle if is_due => Drain::Draining(now),
            Drain::Draining(since) if now.saturating_sub(since) >= MAX_DRAIN => Drain::GivenUp,
            other => other,
        };
        matches!(before, Drain::Draining(_)) && self.drain == Drain::Idle
    }

    /// The queue as it is.
    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// Whether it drains, as it should: what the trend says is then about the past.
    pub(super) fn is_draining(&self) -> bool {
        self.shrinks && matches!(self.drain, Drain::Draining(_))
    }

    /// Whether there is one that more would only make longer.
    pub(super) fn is_ours(&self) -> bool {
        self.length >= HOLD_ABOVE && self.drain != Drain::GivenUp
    }

    /// Whether it stays though we have yielded.
    pub(super) fn is_anothers(&self) -> bool {
        self.drain == Drain::GivenUp
    }

    /// What is left of the rate: 1 unless the queue drains.
    pub(super) fn share(&self) -> f64 {
        match self.drain {
            Drain::Draining(_) => (1.0 - self.length.as_secs_f64() / DRAIN_TIME).max(MIN_SHARE),
            Drain::Idle | Drain::GivenUp => 1.0,
        }
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests;
