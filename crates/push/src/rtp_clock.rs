//! RTP timestamps from the clock. Pure.

use std::time::{Duration, Instant};

/// Nanoseconds of a second.
const NANOS: u128 = 1_000_000_000;

/// The timestamps of one stream. All streams of a broadcaster have the same epoch, so that they stay in sync.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RtpClock {
    epoch: Instant,
    /// Ticks per second.
    rate: u32,
    /// The timestamp of the epoch, random (RFC 3550, section 5.1).
    offset: u32,
}

impl RtpClock {
    pub(crate) const fn new(epoch: Instant, rate: u32, offset: u32) -> Self {
        Self {
            epoch,
            rate,
            offset,
        }
    }

    /// The timestamp of a moment, which may lie before the epoch.
    pub(crate) fn at(&self, moment: Instant) -> u32 {
        if let Some(after) = moment.checked_duration_since(self.epoch) {
            return self.offset.wrapping_add(self.ticks(after));
        }
        let before = self.epoch.saturating_duration_since(moment);
        self.offset.wrapping_sub(self.ticks(before))
    }

    fn ticks(&self, time: Duration) -> u32 {
        let ticks = (time.as_nanos() * u128::from(self.rate) + NANOS / 2) / NANOS;
        // Timestamps wrap around.
        u32::try_from(ticks & u128::from(u32::MAX)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::RtpClock;

    #[test]
    fn timestamps_count_from_the_epoch_in_both_directions_and_wrap_around() {
        let epoch = Instant::now() + Duration::from_secs(100);
        let clock = RtpClock::new(epoch, 90_000, u32::MAX - 89_999);
        assert_eq!(clock.at(epoch), u32::MAX - 89_999);
        assert_eq!(clock.at(epoch + Duration::from_secs(2)), 90_000);
        assert_eq!(clock.at(epoch - Duration::from_secs(1)), u32::MAX - 179_999);
    }

    #[test]
    fn rounding_does_not_add_up() {
        let epoch = Instant::now();
        let clock = RtpClock::new(epoch, 90_000, 0);
        // A tick is 11,111 nanoseconds and a ninth.
        let days = Duration::from_secs(3 * 86_400);
        let expected = (3_u64 * 86_400 * 90_000) as u32;
        assert_eq!(clock.at(epoch + days), expected);
        assert_eq!(
            clock.at(epoch + days + Duration::from_nanos(11_111)),
            expected + 1
        );
    }
}
