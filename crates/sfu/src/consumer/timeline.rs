//! One run of timestamps from several streams of a simulcast (fact sheet 3.11): each has a clock of its own, and what
//! they have in common is when their pictures were captured.

#![deny(clippy::indexing_slicing)]

use miso_wire::RtpTime;
use std::time::{Duration, Instant};

/// What a stream that would begin in the past is moved up by: a frame at 30 a second.
const FRAME_MS: u32 = 33;

/// Streams that must be moved up by more than this get a second chance with another key frame first. More lets pictures
/// come later than they should for as long as the stream is forwarded, fewer makes changes wait for a second key frame.
const MAX_EXTRA_MS: u32 = 75;

/// How far capture times may differ from what the packets' arrival says. Farther, a sender's reports are wrong, and a
/// receiver would wait for the pictures of a far future. More believes worse reports, fewer distrusts slower paths.
const MAX_DISAGREEMENT_MICROS: i64 = 2_000_000;

/// The longest pause that timestamps show: 10 hours, before which they would wrap. More would look like going back.
const MAX_ELAPSED_MICROS: i64 = 36_000_000_000;

/// The stream of packets whose source is no more.
pub(super) const GONE: usize = usize::MAX;

/// The latest packet that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latest {
    /// Index of the producer's stream.
    pub(crate) stream: usize,
    /// Its timestamp as it came.
    pub(crate) input: RtpTime,
    /// Its timestamp as it was sent.
    output: RtpTime,
    /// When it arrived.
    arrival: Instant,
}

/// The first packet of a stream that takes over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takeover {
    /// Index of the producer's stream.
    pub(crate) stream: usize,
    /// The packet's timestamp as it came.
    pub(crate) ts: RtpTime,
    /// When it arrived.
    pub(crate) arrival: Instant,
    /// Microseconds from the capture of the latest packet to that of this one, if known.
    pub(crate) since_latest: Option<i64>,
}

/// The timestamps of a stream to the peer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeline {
    /// Taken off timestamps as they come.
    offset: u32,
    /// By how much what is sent is later than it was captured, in ticks. It ends with the stream that needed it.
    extra: u32,
    /// The latest packet.
    latest: Option<Latest>,
    /// Whether a stream was sent away because it would have begun in the past.
    has_refused: bool,
}

impl Timeline {
    /// The latest packet that was sent.
    pub(crate) const fn latest(&self) -> Option<Latest> {
        self.latest
    }

    /// What to take off timestamps.
    pub(crate) const fn offset(&self) -> u32 {
        self.offset
    }

    /// The stream has another source from here on: its timestamps have nothing to do with those before.
    pub(crate) fn source_changed(&mut self, stream: usize) {
        if let Some(latest) = self.latest.as_mut().filter(|it| it.stream == stream) {
            latest.stream = GONE;
        }
    }

    /// A packet of the stream was sent.
    pub(crate) fn sent(
        &mut self,
        stream: usize,
        (input, output): (RtpTime, RtpTime),
        arrival: Instant,
    ) {
        let is_latest = self
            .latest
            .is_none_or(|latest| !latest.output.is_newer_than(output));
        if is_latest {
            self.latest = Some(Latest {
                stream,
                input,
                output,
                arrival,
            });
        }
    }

    /// A stream takes over, or goes on after a pause. False when it should not with this key frame but with another.
    pub(crate) fn take_over(&mut self, by: &Takeover, clock_rate: u32) -> bool {
        let Some(latest) = self.latest.filter(|latest| latest.stream != by.stream) else {
            return true;
        };
        let elapsed = elapsed_micros(&latest, by).saturating_mul(i64::from(clock_rate)) / 1_000_000;
        // Where the stream would begin, against the latest timestamp.
        let ahead = elapsed - i64::from(self.extra);
        let ticks = |ms: u32| i64::from(ms) * i64::from(clock_rate) / 1_000;
        let mut extra = 0;
        if ahead <= 0 {
            extra = -ahead + ticks(FRAME_MS);
            if extra > ticks(MAX_EXTRA_MS) {
                if !std::mem::replace(&mut self.has_refused, true) {
                    return false;
                }
                extra = -ahead + 1;
            }
        }
        self.has_refused = false;
        self.extra = u32::try_from(extra).unwrap_or(0);
        // Differences of timestamps wrap.
        let begin = latest
            .output
            .0
            .wrapping_add(((ahead + extra) & 0xffff_ffff) as u32);
        self.offset = by.ts.0.wrapping_sub(begin);
        true
    }
}

/// Microseconds of real time from the latest packet to the one that takes over.
fn elapsed_micros(latest: &Latest, by: &Takeover) -> i64 {
    let later = by.arrival.saturating_duration_since(latest.arrival);
    let earlier = latest.arrival.saturating_duration_since(by.arrival);
    let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(MAX_ELAPSED_MICROS);
    // No two packets of a peer's pictures are one moment.
    let by_arrival = (micros(later) - micros(earlier)).clamp(1_000, MAX_ELAPSED_MICROS);
    let is_likely = |captured: &i64| {
        captured.saturating_sub(by_arrival).saturating_abs() <= MAX_DISAGREEMENT_MICROS
    };
    by.since_latest.filter(is_likely).unwrap_or(by_arrival)
}

#[cfg(test)]
mod tests;
