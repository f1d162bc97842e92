//! When a frame is sent. Pure: `now` is an argument.

use std::time::{Duration, Instant};

/// How late a frame may be before the clock of the source is set anew. Less turns a short hiccup of the disk into a jump
/// that is seen; more lets the source catch up in a burst that fills the queues of the network.
const MAX_LATE: Duration = Duration::from_millis(500);
/// Distance between the last frame of a file and the first of its repetition, where the last does not say how long it
/// lasts.
const FRAME: Duration = Duration::from_millis(20);

/// Lays the times of a source onto the clock.
///
/// One pacer serves all tracks of a source, so that what belongs together stays together whatever happens.
#[derive(Debug)]
pub(crate) struct Pacer {
    /// Whether frames wait for their time.
    keeps_time: bool,
    /// When a source began that does not keep time: before its first frame reached us.
    begun_at: Option<Instant>,
    /// A time of the source and where it lies on the clock; none before the first frame.
    anchor: Option<Anchor>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    time: Duration,
    at: Instant,
}

impl Anchor {
    /// Where a time of the source lies on the clock. What would lie before the clock began lies at the anchor.
    fn place(self, time: Duration) -> Instant {
        match time.checked_sub(self.time) {
            Some(later) => self.at + later,
            None => self.at.checked_sub(self.time - time).unwrap_or(self.at),
        }
    }
}

/// When to send a frame, and when it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// When it is to be sent.
    pub(crate) send_at: Instant,
    /// When it was taken, so to speak: what RTP timestamps and sender reports say.
    pub(crate) captured: Instant,
}

impl Pacer {
    /// With `begun_at` a source that does not keep time is counted from there.
    pub(crate) const fn new(keeps_time: bool, begun_at: Option<Instant>) -> Self {
        Self {
            keeps_time,
            begun_at,
            anchor: None,
        }
    }

    /// When the frame with these times is due.
    pub(crate) fn due(&mut self, dts: Duration, pts: Duration, now: Instant) -> Due {
        let anew = Anchor { time: dts, at: now };
        if !self.keeps_time {
            let at = self.begun_at.unwrap_or(now);
            let anchor = *self.anchor.get_or_insert(Anchor { at, ..anew });
            return Due {
                send_at: now,
                captured: anchor.place(pts),
            };
        }
        let mut anchor = *self.anchor.get_or_insert(anew);
        if now.saturating_duration_since(anchor.place(dts)) > MAX_LATE {
            anchor = anew;
            self.anchor = Some(anchor);
        }
        Due {
            send_at: anchor.place(dts),
            captured: anchor.place(pts),
        }
    }

    /// Lets everything that comes be later by this: nobody was there to send to.
    pub(crate) fn hold(&mut self, time: Duration) {
        if let Some(anchor) = &mut self.anchor {
            anchor.at += time;
        }
    }
}

/// Times that go on when a source begins again.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// What is added to the times of this round.
    offset: Duration,
    /// Where the round ends, by all of its frames so far.
    end: Duration,
}

impl Repeats {
    /// The time of a frame in this round, in all rounds.
    pub(crate) fn shifted(&self, time: Duration) -> Duration {
        self.offset + time
    }

    /// Takes note of a frame, with its times in this round.
    pub(crate) fn saw(&mut self, pts: Duration, duration: Option<Duration>) {
        self.end = self.end.max(pts + duration.unwrap_or(FRAME));
    }

    /// The next round begins. False when this one had no frame, so that the next would not have one either.
    pub(crate) fn begin_again(&mut self) -> bool {
        self.offset += self.end;
        !std::mem::take(&mut self.end).is_zero()
    }
}

#[cfg(test)]
mod tests;
