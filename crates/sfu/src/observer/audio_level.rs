//! Which producers are loudest, at a steady pace (mediasoup's AudioLevelObserver).

use std::cmp::Reverse;
use std::hash::Hash;
use std::time::{Duration, Instant};

use super::roster::Roster;
use super::{QUIETEST, Ticker};

/// Bounds of the interval. Lower reacts faster and tells more often than a user interface can show.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
const MAX_INTERVAL: Duration = Duration::from_millis(5000);

/// A producer with fewer packets in an interval is not reported. Higher keeps short noises out, and senders with long
/// packets too.
const MIN_SAMPLES: u32 = 10;

/// Loudness of a producer over one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume<K> {
    /// The producer.
    pub key: K,
    /// Average in dBov, -127 (silence) to 0 (loudest).
    pub volume: i8,
}

/// What an interval brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioLevelReport<K> {
    /// At least one producer is loud enough; loudest first.
    Volumes(Vec<Volume<K>>),
    /// Nobody is loud enough any more. Said once, until volumes were reported again.
    Silence,
}

/// Averages the levels of its producers per interval and reports the loudest.
pub struct AudioLevelObserver<K> {
    /// Longest report.
    max_entries: usize,
    /// Quietest average that is reported, dBov.
    threshold: i8,
    ticker: Ticker,
    producers: Roster<K, Levels>,
    /// Nothing is being reported, and the caller knows.
    silent: bool,
}

/// Levels of one producer since the last tick.
#[derive(Clone, Copy, Default)]
struct Levels {
    /// Sum of the level fields, 0 to 127 each.
    sum: u32,
    /// How many.
    count: u32,
    /// The producer is paused: its levels are not taken.
    paused: bool,
}

impl Levels {
    fn reset(&mut self) {
        (self.sum, self.count) = (0, 0);
    }

    /// Average in dBov.
    fn volume(&self) -> i8 {
        let average = self
            .sum
            .checked_div(self.count)
            .unwrap_or(u32::from(QUIETEST));
        i8::try_from(average).map_or(-127, |level| -level)
    }
}

impl<K: Copy + Eq + Hash> AudioLevelObserver<K> {
    /// An observer without producers, running. `max_entries` is at least 1; `threshold` is in dBov, -127 to 0;
    /// `interval` is clamped to 250 to 5000 ms.
    pub fn new(max_entries: usize, threshold: i8, interval: Duration, now: Instant) -> Self {
        Self {
            max_entries,
            threshold,
            ticker: Ticker::new(interval.clamp(MIN_INTERVAL, MAX_INTERVAL), now),
            producers: Roster::new(),
            silent: true,
        }
    }

    /// Observes a producer from now on. `false` if it already does.
    pub fn add(&mut self, key: K) -> bool {
        self.producers.add(key, Levels::default())
    }

    /// Observes a producer no more. `false` if it did not.
    pub fn remove(&mut self, key: K) -> bool {
        self.producers.remove(key)
    }

    /// A producer was paused: what it sent in this interval is forgotten.
    pub fn pause_producer(&mut self, key: K) {
        if let Some(levels) = self.producers.get_mut(key) {
            *levels = Levels {
                paused: true,
                ..Levels::default()
            };
        }
    }

    /// A producer was resumed.
    pub fn resume_producer(&mut self, key: K) {
        if let Some(levels) = self.producers.get_mut(key) {
            levels.paused = false;
        }
    }

    /// Stops observing. Returns [`AudioLevelReport::Silence`] if volumes were the last thing said.
    pub fn pause(&mut self) -> Option<AudioLevelReport<K>> {
        self.ticker.pause();
        self.producers
            .iter_mut()
            .for_each(|(_, levels)| levels.reset());
        self.fall_silent()
    }

    /// Goes on observing; the first report comes after one interval.
    pub fn resume(&mut self, now: Instant) {
        self.ticker.resume(now);
    }

    /// An audio packet of a producer with this level: 0 (loudest) to 127 (silence). The voice activity bit is given
    /// for completeness and not used.
    pub fn on_level(&mut self, key: K, level: u8, _voice: bool, _now: Instant) {
        if self.ticker.is_paused() {
            return;
        }
        let Some(levels) = self.producers.get_mut(key).filter(|levels| !levels.paused) else {
            return;
        };
        levels.sum = levels.sum.saturating_add(u32::from(level.min(QUIETEST)));
        levels.count = levels.count.saturating_add(1);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; `None` while paused.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.ticker.due
    }

    /// Ends an interval if it is over, and says what it brought.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<AudioLevelReport<K>> {
        if !self.ticker.take(now) {
            return None;
        }
        let loud = self
            .producers
            .iter()
            .filter(|(_, levels)| levels.count >= MIN_SAMPLES);
        let mut volumes: Vec<_> = loud
            .map(|(key, levels)| Volume {
                key,
                volume: levels.volume(),
            })
            .filter(|entry| entry.volume >= self.threshold)
            .collect();
        self.producers
            .iter_mut()
            .for_each(|(_, levels)| levels.reset());
        if volumes.is_empty() {
            return self.fall_silent();
        }
        volumes.sort_by_key(|entry| Reverse(entry.volume));
        volumes.truncate(self.max_entries.max(1));
        self.silent = false;
        Some(AudioLevelReport::Volumes(volumes))
    }

    fn fall_silent(&mut self) -> Option<AudioLevelReport<K>> {
        let was_silent = std::mem::replace(&mut self.silent, true);
        (!was_silent).then_some(AudioLevelReport::Silence)
    }
}

#[cfg(test)]
mod tests;
