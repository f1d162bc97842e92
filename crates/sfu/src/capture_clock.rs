//! When packets were captured, on our clock: what keeps the sound and the picture of a peer together after their
//! timestamps were rewritten.
//!
//! Two steps (fact sheet 3.10): a [`CaptureClock`] per stream says when, by the sender's clock, a timestamp was
//! captured; a [`SenderClock`] per sender says how that clock relates to ours.

#![deny(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use miso_wire::{AbsCaptureTime, NtpTime, RtpTime};

/// Samples of the offset that count. More is calmer, fewer follows a drifting clock sooner.
const SAMPLES: usize = 7;

/// Samples before the offset is believed.
const MIN_SAMPLES: usize = 3;

/// How far from a sender report a timestamp is still mapped. Longer trusts the sender's clock rates more.
const MAX_FROM_REPORT: Duration = Duration::from_secs(10);

/// How far from an absolute capture time a timestamp is still mapped.
const MAX_FROM_CAPTURE_TIME: Duration = Duration::from_secs(5);

/// How long absolute capture times are waited for before sender reports take their place for good.
const CAPTURE_TIME_PATIENCE: Duration = Duration::from_secs(5);

/// Microseconds on a clock or between two moments.
pub(crate) type Micros = i64;

/// How the clock of one sender (one CNAME) relates to ours: the median of what its sender reports say.
#[derive(Clone, Debug, Default)]
pub(crate) struct SenderClock {
    /// When our time begins to count: the first report.
    epoch: Option<Instant>,
    /// Our time minus the sender's; the oldest first, `len` of them are valid.
    samples: [Micros; SAMPLES],
    /// How many samples there are.
    len: usize,
    /// When the last report came: further reports of the same moment tell nothing new.
    last: Option<Instant>,
}

impl SenderClock {
    /// Takes a sender report of any of the sender's streams; `rtt` is the round trip, if measured.
    pub(crate) fn sender_report(&mut self, ntp: NtpTime, rtt: Option<Duration>, now: Instant) {
        if self.last.replace(now) == Some(now) {
            return;
        }
        let epoch = *self.epoch.get_or_insert(now);
        let one_way = micros(rtt.unwrap_or_default()) / 2;
        if self.len == SAMPLES {
            self.samples.rotate_left(1);
        } else {
            self.len += 1;
        }
        if let Some(newest) = self.samples.get_mut(self.len - 1) {
            *newest = micros(now.saturating_duration_since(epoch)) - ntp_micros(ntp) - one_way;
        }
    }

    /// What to add to the sender's NTP clock to get ours, as signed 32.32 fixed-point seconds negated: the clock offset
    /// that an absolute capture time needs when we forward it. `source` is the offset it came with, `ntp_now` our NTP
    /// time. None when the sum does not fit; an unknown relation counts as none.
    pub(crate) fn forwarded_offset(
        &self,
        source: Option<i64>,
        ntp_now: NtpTime,
        now: Instant,
    ) -> Option<i64> {
        let ahead = self
            .sender_time(now)
            .map_or(0, |sender| sender - ntp_micros(ntp_now));
        let fixed = i64::try_from((i128::from(ahead) << 32) / 1_000_000).ok()?;
        source.unwrap_or(0).checked_add(fixed)
    }

    /// The moment on our clock when the sender's clock said `sender_time`.
    fn instant_of(&self, sender_time: Micros) -> Option<Instant> {
        let ours = sender_time.checked_add(self.offset()?)?;
        let distance = Duration::from_micros(ours.unsigned_abs());
        if ours < 0 {
            self.epoch?.checked_sub(distance)
        } else {
            self.epoch?.checked_add(distance)
        }
    }

    fn sender_time(&self, now: Instant) -> Option<Micros> {
        let ours = micros(now.saturating_duration_since(self.epoch?));
        Some(ours - self.offset()?)
    }

    fn offset(&self) -> Option<Micros> {
        let mut sorted = self.samples;
        let valid = sorted
            .get_mut(..self.len)
            .filter(|valid| valid.len() >= MIN_SAMPLES)?;
        valid.sort_unstable();
        valid.get(valid.len() / 2).copied()
    }
}

/// Maps the timestamps of one stream to its sender's clock.
#[derive(Clone, Debug)]
pub(crate) struct CaptureClock {
    /// Hz of the timestamps.
    clock_rate: u32,
    /// What the last sender report said.
    report: Option<Mapping>,
    /// What the packets themselves say.
    capture_times: CaptureTimes,
}

/// Absolute capture times of a stream.
#[derive(Clone, Copy, Debug)]
enum CaptureTimes {
    /// Not negotiated, or none came.
    Unused,
    /// None came yet; since when they are waited for.
    Awaited(Option<Instant>),
    /// The last one.
    Known(Mapping),
}

/// A timestamp and what the sender's clock said when it was captured.
#[derive(Clone, Copy, Debug)]
struct Mapping {
    ts: RtpTime,
    sender_time: Micros,
}

impl CaptureClock {
    /// A stream whose timestamps count at `clock_rate` Hz. `capture_times` says whether packets were negotiated to
    /// carry absolute capture times.
    pub(crate) fn new(clock_rate: u32, capture_times: bool) -> Self {
        let capture_times = if capture_times {
            CaptureTimes::Awaited(None)
        } else {
            CaptureTimes::Unused
        };
        Self {
            clock_rate: clock_rate.max(1),
            report: None,
            capture_times,
        }
    }

    /// Takes a sender report of the stream.
    pub(crate) fn sender_report(&mut self, ntp: NtpTime, ts: RtpTime) {
        self.report = Some(Mapping {
            ts,
            sender_time: ntp_micros(ntp),
        });
    }

    /// Takes a packet, with its absolute capture time if it has one. Needed only where these were negotiated.
    pub(crate) fn packet(&mut self, ts: RtpTime, captured: Option<AbsCaptureTime>, now: Instant) {
        match (self.capture_times, captured) {
            (CaptureTimes::Unused, _) | (CaptureTimes::Known(_), None) => {}
            (_, Some(captured)) => {
                let capturer_ahead = fixed_micros(captured.clock_offset.unwrap_or(0));
                let sender_time = ntp_micros(captured.timestamp).saturating_sub(capturer_ahead);
                self.capture_times = CaptureTimes::Known(Mapping { ts, sender_time });
            }
            (CaptureTimes::Awaited(None), None) => {
                self.capture_times = CaptureTimes::Awaited(Some(now))
            }
            (CaptureTimes::Awaited(Some(since)), None) => {
                if now.saturating_duration_since(since) > CAPTURE_TIME_PATIENCE {
                    self.capture_times = CaptureTimes::Unused;
                }
            }
        }
    }

    /// When the packet with this timestamp was captured, on our clock. None while unknown.
    pub(crate) fn captured_at(&self, ts: RtpTime, sender: &SenderClock) -> Option<Instant> {
        sender.instant_of(self.sender_time(ts)?)
    }

    /// The same on the sender's clock, in microseconds: what two streams of one sender have in common. None while
    /// unknown.
    pub(crate) fn sender_time(&self, ts: RtpTime) -> Option<Micros> {
        let (mapping, reach) = match self.capture_times {
            CaptureTimes::Unused => (self.report?, MAX_FROM_REPORT),
            CaptureTimes::Awaited(_) => return None,
            CaptureTimes::Known(mapping) => (mapping, MAX_FROM_CAPTURE_TIME),
        };
        let ticks = i64::from(ts.0.wrapping_sub(mapping.ts.0).cast_signed());
        let distance = ticks * 1_000_000 / i64::from(self.clock_rate);
        if distance.unsigned_abs() > u64::try_from(reach.as_micros()).unwrap_or(u64::MAX) {
            return None;
        }
        mapping.sender_time.checked_add(distance)
    }
}

fn micros(time: Duration) -> Micros {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds since 1900.
fn ntp_micros(ntp: NtpTime) -> Micros {
    i64::try_from((u128::from(ntp.0) * 1_000_000) >> 32).unwrap_or(i64::MAX)
}

/// Microseconds of signed 32.32 fixed-point seconds.
fn fixed_micros(fixed: i64) -> Micros {
    i64::try_from((i128::from(fixed) * 1_000_000) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests;
