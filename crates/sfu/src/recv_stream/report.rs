//! The arithmetic of receiver reports (RFC 3550, section 6.4 and appendix A.3).

use std::time::{Duration, Instant};

use miso_wire::NtpTime;

/// What reports say about losses.
#[derive(Clone, Debug, Default)]
pub(super) struct LossReport {
    /// Packets expected at the last report.
    expected: u64,
    /// Packets received at the last report.
    received: u64,
    /// Our own share lost of the last interval, in 1/256.
    own_fraction: u8,
    /// The share that was reported.
    fraction: u8,
    /// The losses that were reported; late packets take some back.
    lost: i64,
}

impl LossReport {
    /// Closes an interval at these totals. `worst_remote` is reported instead of our own share where it is higher.
    pub(super) fn update(&mut self, expected: u64, received: u64, worst_remote: u8) {
        let new_expected = expected.saturating_sub(self.expected);
        let new_received = received.saturating_sub(self.received);
        let lost_before = self.expected.saturating_sub(self.received);
        (self.expected, self.received) = (expected, received);
        let interval_lost = new_expected.saturating_sub(new_received);
        self.own_fraction = fraction(interval_lost, new_expected);
        if worst_remote > self.own_fraction {
            self.fraction = worst_remote;
            self.lost = self
                .lost
                .saturating_add_unsigned((u64::from(worst_remote) * new_expected) >> 8);
        } else {
            self.fraction = self.own_fraction;
            let lost = expected.saturating_sub(received);
            self.lost = self
                .lost
                .saturating_add_unsigned(lost)
                .saturating_sub_unsigned(lost_before)
                .max(0);
        }
    }

    /// Share lost of the last interval by our own count, in 1/256.
    pub(super) fn own_fraction(&self) -> u8 {
        self.own_fraction
    }

    /// Share lost of the last interval as reported, in 1/256.
    pub(super) fn reported_fraction(&self) -> u8 {
        self.fraction
    }

    /// Packets lost as reported, at most what 24 signed bits can say.
    pub(super) fn reported_lost(&self) -> i32 {
        i32::try_from(self.lost).unwrap_or(i32::MAX).min(0x7f_ffff)
    }
}

fn fraction(lost: u64, expected: u64) -> u8 {
    let rounded = (lost * 512 + expected)
        .checked_div(2 * expected)
        .unwrap_or(0);
    u8::try_from(rounded).unwrap_or(u8::MAX)
}

/// When the last sender report came: what a report block answers it with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SrTiming {
    /// Its NTP time, and its arrival.
    last: Option<(NtpTime, Instant)>,
}

impl SrTiming {
    /// Takes a sender report.
    pub(super) fn receive(&mut self, ntp: NtpTime, now: Instant) {
        self.last = Some((ntp, now));
    }

    /// LSR; zero without a report.
    pub(super) fn last_sr(&self) -> u32 {
        self.last.map_or(0, |(ntp, _)| ntp.middle())
    }

    /// DLSR in 1/65536 s; zero without a report.
    pub(super) fn delay(&self, now: Instant) -> u32 {
        self.last
            .map_or(0, |(_, at)| compact(now.saturating_duration_since(at)))
    }
}

/// A duration in 1/65536 s; at most what 32 bits can say.
pub(crate) fn compact(duration: Duration) -> u32 {
    let units = (duration.as_nanos() << 16) / 1_000_000_000;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The round trip from the answer to a report of ours: `last` is the middle of that report's NTP time, `delay` how long
/// the other side held it, in 1/65536 s (RFC 3550, section 6.4.1; RFC 3611, section 4.5). None when either is zero or
/// the result would be negative or above half the range.
pub(crate) fn round_trip(last: u32, delay: u32, ntp_now: NtpTime) -> Option<Duration> {
    if last == 0 || delay == 0 {
        return None;
    }
    let units = ntp_now.middle().wrapping_sub(last).wrapping_sub(delay);
    (units < 1 << 31).then(|| Duration::from_nanos((u64::from(units) * 1_000_000_000) >> 16))
}

#[cfg(test)]
mod tests;
