//! How often something may be done: a few times at once, and after that at a steady rate.

use std::time::{Duration, Instant};

/// A bound in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// How often at once, after long silence. More lets more through before the bound holds, fewer makes waits of
    /// those who ask seldom.
    pub(super) burst: u32,
    /// What each time costs: in the long run it is done once in this time. Longer is seldomer.
    pub(super) every: Duration,
    /// Least time from one to the next, also within a burst. Longer spreads a burst, shorter bunches it.
    pub(super) gap: Duration,
}

/// How much of a bound is used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When it was done last.
    last: Option<Instant>,
    /// When all that was done will have been paid for.
    paid_at: Option<Instant>,
}

impl Pace {
    /// When it was done last; none for never.
    pub(super) const fn last(&self) -> Option<Instant> {
        self.last
    }

    /// From when on it may be done again; none for at once.
    pub(super) fn free_at(&self, bound: &Bound) -> Option<Instant> {
        let (last, paid_at) = self.last.zip(self.paid_at)?;
        let credit = bound.every * bound.burst.saturating_sub(1);
        let after_gap = last + bound.gap;
        Some(
            paid_at
                .checked_sub(credit)
                .map_or(after_gap, |it| it.max(after_gap)),
        )
    }

    /// It is done now.
    pub(super) fn take(&mut self, bound: &Bound, now: Instant) {
        self.last = Some(now);
        let since = self.paid_at.map_or(now, |paid_at| paid_at.max(now));
        self.paid_at = Some(since + bound.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::base;

    const BOUND: Bound = Bound {
        burst: 3,
        every: Duration::from_secs(1),
        gap: Duration::from_millis(300),
    };

    /// When it is done, in milliseconds, by someone who does it as soon as it may be.
    fn greedy(count: usize) -> Vec<u128> {
        let (start, mut pace) = (base(), Pace::default());
        let mut now = start;
        let mut times = Vec::new();
        for _ in 0..count {
            now = pace.free_at(&BOUND).map_or(now, |at| at.max(now));
            pace.take(&BOUND, now);
            times.push(now.duration_since(start).as_millis());
        }
        times
    }

    #[test]
    fn burst_comes_first_and_then_the_steady_rate() {
        assert_eq!(greedy(6), [0, 300, 600, 1_000, 2_000, 3_000]);
    }

    #[test]
    fn silence_earns_no_more_than_a_burst() {
        let mut pace = Pace::default();
        pace.take(&BOUND, base());
        let later = base() + Duration::from_secs(3_600);
        for step in 0..3 {
            let now = later + BOUND.gap * step;
            assert!(pace.free_at(&BOUND).is_none_or(|at| at <= now), "{step}");
            pace.take(&BOUND, now);
        }
        assert_eq!(pace.free_at(&BOUND), Some(later + BOUND.every));
    }
}
