//! Quantities with their unit in the type.

use std::time::Duration;

/// Bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bitrate(pub u64);

impl Bitrate {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `n` thousand bits per second.
    pub const fn kbps(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// The rate at which `bytes` take `time`; zero when `time` is.
    pub fn of(bytes: u64, time: Duration) -> Self {
        let micros = time.as_micros();
        if micros == 0 {
            return Self::ZERO;
        }
        Self(u64::try_from(u128::from(bytes) * 8_000_000 / micros).unwrap_or(u64::MAX))
    }
}

/// Time of day as 32.32 fixed-point seconds since 1900 (RFC 5905, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NtpTime(pub u64);

impl NtpTime {
    const UNIX_OFFSET: u64 = 2_208_988_800;

    /// The NTP time of a moment given as time since the Unix epoch.
    pub fn from_unix(since_epoch: Duration) -> Self {
        let fraction = (u64::from(since_epoch.subsec_nanos()) << 32) / 1_000_000_000;
        Self((since_epoch.as_secs().wrapping_add(Self::UNIX_OFFSET) << 32) | fraction)
    }

    /// The middle 32 bits, as in LSR of a report block (RFC 3550, section 6.4.1).
    pub const fn middle(self) -> u32 {
        ((self.0 >> 16) & 0xffff_ffff) as u32
    }
}
