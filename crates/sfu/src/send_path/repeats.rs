//! What may be sent again: on a path that is full, repeating what it lost fills it further.

use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// Part of what the path carries that repeats may take: one in so many. Fewer repairs heavier losses, more leaves more
/// room for what is new.
const PART: u64 = 3;
/// What was not used so long may be used at once, of all that the path carries. Longer repairs longer bursts of losses,
/// shorter fills queues less.
const SAVED: Duration = Duration::from_millis(500);
/// Bytes that may be repeated at once on any path: a picture. More repairs better what is hardly known, less fills slow
/// paths less.
const LEAST_SAVED: u64 = 24_000;

/// The account of one path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeats {
    /// Bits that may be repeated, as of `at`.
    left: u64,
    at: Instant,
}

impl Repeats {
    /// Everything that may be saved is.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            left: u64::MAX,
            at: now,
        }
    }

    /// Whether `bytes` may be repeated on a path that carries so much, which is noted.
    pub(super) fn take(&mut self, bytes: usize, available: Bitrate, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.at);
        self.at = now.max(self.at);
        let most = bits_in(available, SAVED).max(LEAST_SAVED * 8);
        let earned = bits_in(available, elapsed) / PART;
        self.left = self.left.saturating_add(earned).min(most);
        let bits = bytes as u64 * 8;
        let is_enough = bits <= self.left;
        if is_enough {
            self.left -= bits;
        }
        is_enough
    }
}

fn bits_in(bitrate: Bitrate, time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    bitrate.0.saturating_mul(micros) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::base;

    /// Bytes that are repeated when `wanted` are wanted each 10 ms for a second.
    fn repeated(repeats: &mut Repeats, wanted: usize, available: Bitrate, from: Instant) -> usize {
        let step = |number: u32| from + Duration::from_millis(10) * number;
        let tried = (1..=100).filter(|number| repeats.take(wanted, available, step(*number)));
        tried.count() * wanted
    }

    #[test]
    fn a_third_of_what_the_path_carries_may_be_repeated_for_long() {
        let start = base();
        let mut repeats = Repeats::new(start);
        let second = Duration::from_secs(1);
        repeated(&mut repeats, 2_000, Bitrate::kbps(300), start);
        let later = repeated(&mut repeats, 2_000, Bitrate::kbps(300), start + second);
        assert_eq!(later, 12_000, "of 37,500 bytes a second");
    }

    #[test]
    fn a_burst_of_losses_is_repeated_at_once() {
        let start = base();
        let mut repeats = Repeats::new(start);
        let taken = (0..1_000).filter(|_| repeats.take(1_000, Bitrate::kbps(4_000), start));
        assert_eq!(taken.count(), 250, "half a second of the path");
        let mut repeats = Repeats::new(start);
        let taken = (0..1_000).filter(|_| repeats.take(1_000, Bitrate::kbps(10), start));
        assert_eq!(taken.count(), 24, "a picture");
    }

    #[test]
    fn extremes_neither_overflow_nor_stick() {
        let start = base();
        let mut repeats = Repeats::new(start);
        assert!(repeats.take(1_000, Bitrate(u64::MAX), start));
        assert!(repeats.take(
            1_000,
            Bitrate(u64::MAX),
            start + Duration::from_secs(1 << 40)
        ));
        while repeats.take(1_000, Bitrate::ZERO, start) {}
        let much_later = start + Duration::from_secs(1 << 41);
        assert!(!repeats.take(1_000, Bitrate::ZERO, much_later));
        assert!(repeats.take(
            1_000,
            Bitrate::kbps(30),
            much_later + Duration::from_secs(2)
        ));
    }
}
