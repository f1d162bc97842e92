//! What has been available all the time lately: layers rise for that only, so that an estimate that jumps up for a
//! moment moves none.

use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// How long more must have been available. Longer keeps layers from flapping and makes them rise later.
const WINDOW: Duration = Duration::from_secs(1);
/// At the beginning any estimate is better than the one before.
const BEGINNING: Duration = Duration::from_secs(5);
/// Values that are remembered: so many times the estimate is looked at within the window.
const PLACES: usize = 4;

/// The estimates of the last moments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steady {
    begun: Instant,
    /// The least estimate of each part of the window, the latest at `newest`.
    least: [Bitrate; PLACES],
    newest: usize,
    /// When the newest part began.
    since: Instant,
}

impl Steady {
    /// Nothing was estimated before.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            least: [Bitrate(u64::MAX); PLACES],
            newest: 0,
            since: now,
        }
    }

    /// Notes an estimate. What has been available all the time lately.
    pub(super) fn add(&mut self, available: Bitrate, now: Instant) -> Bitrate {
        if now.saturating_duration_since(self.begun) < BEGINNING {
            return available;
        }
        if now.saturating_duration_since(self.since) >= WINDOW * 2 {
            // What was before a long pause says nothing of now.
            self.least = [available; PLACES];
            self.since = now;
        }
        let part = WINDOW / PLACES as u32;
        while now.saturating_duration_since(self.since) >= part {
            self.since += part;
            self.newest = (self.newest + 1) % PLACES;
            if let Some(place) = self.least.get_mut(self.newest) {
                *place = available;
            }
        }
        if let Some(place) = self.least.get_mut(self.newest) {
            *place = available.min(*place);
        }
        self.least.iter().copied().min().unwrap_or(available)
    }
}

#[cfg(test)]
mod tests;
