//! Who holds the floor (mediasoup's ActiveSpeakerObserver).
//!
//! Dominant speaker identification after Ilana Volfin and Israel Cohen, "Dominant speaker identification for
//! multipoint videoconferencing", Computer Speech and Language 27 (2013): speech is looked at in three windows, some
//! 20 ms, 100 ms and one second long; a newcomer must beat the dominant speaker in all three.

mod speaker;

use std::hash::Hash;
use std::time::{Duration, Instant};

use self::speaker::{Scores, Speaker};
use super::Ticker;
use super::roster::Roster;

/// Bounds of the interval. Lower switches sooner and computes more often.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
const MAX_INTERVAL: Duration = Duration::from_millis(5000);

/// By how much a newcomer's score must exceed the dominant speaker's, as logarithm of their ratio, in the immediate,
/// medium and long window. Higher makes switches rarer and later.
const C1: f64 = 3.0;
const C2: f64 = 2.0;
const C3: f64 = 0.0;

/// A speaker without packets for longer counts as silent.
const LEVEL_IDLE_TIMEOUT: Duration = Duration::from_millis(40);
/// A speaker without packets for longer is no candidate, until the next packet.
const SPEAKER_IDLE_TIMEOUT: Duration = Duration::from_secs(3600);

/// Finds the dominant speaker among its producers.
pub struct ActiveSpeakerObserver<K> {
    ticker: Ticker,
    speakers: Roster<K, Entry>,
    /// The last one that was told to the caller and is still here.
    dominant: Option<K>,
}

/// One producer.
struct Entry {
    speaker: Speaker,
    /// The producer is paused: no candidate.
    paused: bool,
}

impl<K: Copy + Eq + Hash> ActiveSpeakerObserver<K> {
    /// An observer without producers, running. `interval` is clamped to 100 to 5000 ms.
    pub fn new(interval: Duration, now: Instant) -> Self {
        Self {
            ticker: Ticker::new(interval.clamp(MIN_INTERVAL, MAX_INTERVAL), now),
            speakers: Roster::new(),
            dominant: None,
        }
    }

    /// Observes a producer from now on. `false` if it already does.
    pub fn add(&mut self, key: K, now: Instant) -> bool {
        self.speakers.add(
            key,
            Entry {
                speaker: Speaker::new(now),
                paused: false,
            },
        )
    }

    /// Observes a producer no more. When it was dominant, its successor is found at once and returned.
    pub fn remove(&mut self, key: K, now: Instant) -> Option<K> {
        self.speakers.remove(key);
        if self.dominant != Some(key) {
            return None;
        }
        self.dominant = None;
        self.update(now)
    }

    /// A producer was paused: it stays dominant if it is, and cannot become so.
    pub fn pause_producer(&mut self, key: K) {
        if let Some(entry) = self.speakers.get_mut(key) {
            entry.paused = true;
        }
    }

    /// A producer was resumed.
    pub fn resume_producer(&mut self, key: K) {
        if let Some(entry) = self.speakers.get_mut(key) {
            entry.paused = false;
        }
    }

    /// Stops observing.
    pub fn pause(&mut self) {
        self.ticker.pause();
    }

    /// Goes on observing.
    pub fn resume(&mut self, now: Instant) {
        self.ticker.resume(now);
    }

    /// The dominant speaker, as last returned.
    pub fn dominant(&self) -> Option<K> {
        self.dominant
    }

    /// An audio packet of a producer with this level: 0 (loudest) to 127 (silence). The voice activity bit is given
    /// for completeness and not used.
    pub fn on_level(&mut self, key: K, level: u8, _voice: bool, now: Instant) {
        if self.ticker.is_paused() {
            return;
        }
        if let Some(entry) = self.speakers.get_mut(key) {
            entry.speaker.on_packet(level, now);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; `None` while paused.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.ticker.due
    }

    /// Looks again if it is time. Returns the dominant speaker when it is another than before.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<K> {
        if self.ticker.take(now) {
            self.update(now)
        } else {
            None
        }
    }

    fn update(&mut self, now: Instant) -> Option<K> {
        for (_, entry) in self.speakers.iter_mut() {
            if entry.speaker.level_age(now) > LEVEL_IDLE_TIMEOUT {
                entry.speaker.on_silence(now);
            }
        }
        let found = self
            .find_dominant(now)
            .filter(|found| self.dominant != Some(*found))?;
        self.dominant = Some(found);
        Some(found)
    }

    /// The best candidate; where there is none, the dominant speaker or, without one, the first.
    fn find_dominant(&mut self, now: Instant) -> Option<K> {
        let first = self.speakers.iter().next().map(|(key, _)| key)?;
        if self.speakers.len() == 1 {
            return Some(first);
        }
        let mut best = self.dominant.unwrap_or(first);
        let reference = self.speakers.get_mut(best)?.speaker.scores();
        let mut best_medium = C2;
        for (key, entry) in self.speakers.iter_mut() {
            let idle = entry.speaker.packet_age(now) > SPEAKER_IDLE_TIMEOUT;
            if self.dominant == Some(key) || entry.paused || idle {
                continue;
            }
            let lead = entry.speaker.scores().lead_over(reference);
            if lead.immediate > C1 && lead.medium > best_medium && lead.long > C3 {
                best_medium = lead.medium;
                best = key;
            }
        }
        Some(best)
    }
}

impl Scores {
    /// Logarithms of the ratios.
    fn lead_over(self, other: Self) -> Self {
        Self {
            immediate: (self.immediate / other.immediate).ln(),
            medium: (self.medium / other.medium).ln(),
            long: (self.long / other.long).ln(),
        }
    }
}

#[cfg(test)]
mod tests;
