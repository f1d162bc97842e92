//! What a viewer sees of what arrives.

use std::time::{Duration, Instant};

use miso_testkit::{Arrival, Decoding};

/// A longer pause of the picture is a freeze.
const FREEZE: Duration = Duration::from_millis(200);

/// The picture of one sender.
pub(super) struct Picture {
    /// When the viewer began to watch.
    since: Duration,
    /// When frames were shown.
    shown: Vec<Duration>,
    /// When packets came first, with their bytes.
    arrived: Vec<(Duration, f64)>,
}

impl Picture {
    /// Of what arrived; times count from `begin`.
    pub(super) fn new(arrivals: &[Arrival], begin: Instant, since: Duration) -> Self {
        let mut picture = Self {
            since,
            shown: Vec::new(),
            arrived: Vec::new(),
        };
        let mut decoding = Decoding::default();
        for arrival in arrivals {
            let at = arrival.at.saturating_duration_since(begin);
            let followed = decoding.follow(arrival);
            if followed.is_new {
                picture.arrived.push((at, arrival.len as f64));
            }
            let shown = std::iter::repeat_n(at, followed.frames);
            picture.shown.extend(shown);
        }
        picture
    }

    /// Time from the beginning to watch until a frame was shown.
    pub(super) fn first_frame(&self) -> Option<Duration> {
        let first = self.shown.first()?;
        Some(first.saturating_sub(self.since))
    }

    /// The pauses within a span that are freezes.
    pub(super) fn freezes(&self, from: Duration, to: Duration) -> Vec<Duration> {
        let shown = self.shown.iter().copied();
        let inside = shown.filter(|at| *at >= from && *at <= to);
        let mut last = from.max(self.since);
        let mut freezes = Vec::new();
        for at in inside.chain([to]) {
            let pause = at.saturating_sub(last);
            if pause > FREEZE {
                freezes.push(pause);
            }
            last = at;
        }
        freezes
    }

    /// Bytes of media that came within a span.
    pub(super) fn bytes(&self, from: Duration, to: Duration) -> f64 {
        let first = self.arrived.partition_point(|(at, _)| *at < from);
        let inside = self.arrived.iter().skip(first);
        let inside = inside.take_while(|(at, _)| *at < to);
        inside.map(|(_, bytes)| bytes).sum()
    }
}
