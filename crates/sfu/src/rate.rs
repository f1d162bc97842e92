//! Bitrates over a sliding window, and totals beside them.

#![deny(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use miso_wire::Bitrate;

/// Steps of a window. More make the rate smoother at its edge and each counter larger.
const BUCKETS: usize = 40;

/// A source that is younger counts as this old. Longer takes it for slower than it is, shorter for faster where it
/// begins with a burst.
const SHORTEST_AGE: Duration = Duration::from_millis(250);

/// Window of the rates that statistics show. Longer is steadier and slower to notice a change.
pub(crate) const RATE_WINDOW: Duration = Duration::from_millis(1_000);

/// Counts packets and bytes: in total, and within the last window.
///
/// A rate divides by the whole window also while it fills, so a new stream ramps up over one window.
#[derive(Clone, Debug)]
pub(crate) struct RateCounter {
    /// Bytes of each step, indexed by step number modulo [`BUCKETS`].
    bytes: [u32; BUCKETS],
    /// When step 0 began: the first packet.
    epoch: Option<Instant>,
    /// The newest step that holds anything.
    newest: u64,
    /// When the newest step ends. Until then, counting takes no division.
    ends: Option<Instant>,
    /// Length of one step.
    step: Duration,
    /// Packets since the beginning.
    total_packets: u64,
    /// Bytes since the beginning.
    total_bytes: u64,
}

impl RateCounter {
    /// A counter over `window`, which is at least 40 ms.
    pub(crate) fn new(window: Duration) -> Self {
        let step = (window / BUCKETS as u32).max(Duration::from_millis(1));
        Self {
            bytes: [0; BUCKETS],
            epoch: None,
            newest: 0,
            ends: None,
            step,
            total_packets: 0,
            total_bytes: 0,
        }
    }

    /// Counts one packet of `bytes`. Padding alone is a packet of no bytes.
    pub(crate) fn add(&mut self, bytes: usize, now: Instant) {
        self.add_many(1, bytes, now);
    }

    /// Counts several packets of `bytes` together.
    pub(crate) fn add_many(&mut self, packets: u64, bytes: usize, now: Instant) {
        if self.ends.is_none_or(|ends| now >= ends) {
            self.advance_to(now);
        }
        // A packet of a clock read before the newest counts in the newest step.
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if let Some(sum) = self.bytes.get_mut(slot_of(self.newest)) {
            *sum = sum.saturating_add(bytes);
        }
        self.total_packets += packets;
        self.total_bytes += u64::from(bytes);
    }

    /// Reads what the next [`add`](Self::add) needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        let sum = self.bytes.get(slot_of(self.newest)).copied();
        self.total_bytes ^ u64::from(sum.unwrap_or(0)) ^ u64::from(self.ends.is_some())
    }

    /// Bits per second over the window that ends now.
    pub(crate) fn bitrate(&self, now: Instant) -> Bitrate {
        Bitrate::of(self.recent_bytes(now), self.step * BUCKETS as u32)
    }

    /// The rate at which the source sends, as far as it can be told: what came is divided by the time since the first
    /// packet while that is shorter than the window.
    pub(crate) fn estimate(&self, now: Instant) -> Bitrate {
        let window = self.step * BUCKETS as u32;
        let age = self
            .epoch
            .map_or(Duration::ZERO, |epoch| now.saturating_duration_since(epoch));
        Bitrate::of(
            self.recent_bytes(now),
            age.clamp(SHORTEST_AGE.min(window), window),
        )
    }

    /// Packets since the beginning.
    pub(crate) fn total_packets(&self) -> u64 {
        self.total_packets
    }

    /// Bytes since the beginning.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    fn step_at(&self, epoch: Instant, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(epoch).as_nanos();
        u64::try_from(elapsed / self.step.as_nanos().max(1)).unwrap_or(u64::MAX)
    }

    /// Begins the step of `now` and empties those between.
    fn advance_to(&mut self, now: Instant) {
        let epoch = *self.epoch.get_or_insert(now);
        let step = self.step_at(epoch, now).max(self.newest);
        let stale = step.saturating_sub(self.newest).min(BUCKETS as u64);
        for gone in 0..stale {
            if let Some(sum) = self.bytes.get_mut(slot_of(step - gone)) {
                *sum = 0;
            }
        }
        self.newest = step;
        let end = u32::try_from(step + 1)
            .ok()
            .and_then(|steps| self.step.checked_mul(steps));
        self.ends = end.and_then(|end| epoch.checked_add(end));
    }

    fn recent_bytes(&self, now: Instant) -> u64 {
        let Some(epoch) = self.epoch else { return 0 };
        let current = self.step_at(epoch, now).max(self.newest);
        let idle = current - self.newest;
        let alive = (BUCKETS as u64).saturating_sub(idle).min(self.newest + 1);
        (0..alive)
            .filter_map(|age| self.bytes.get(slot_of(self.newest - age)))
            .map(|&bytes| u64::from(bytes))
            .sum()
    }
}

fn slot_of(step: u64) -> usize {
    (step % BUCKETS as u64) as usize
}

#[cfg(test)]
mod tests;
