//! Speech activity of one producer in three windows.

use std::time::{Duration, Instant};

use crate::observer::QUIETEST;

/// The algorithm counts in samples of this length.
const SAMPLE: Duration = Duration::from_millis(20);

/// Samples of the long window, 100 ms units of it, samples of such a unit.
const LEVELS: usize = 50;
const MEDIUMS: usize = 10;
const SAMPLES_PER_MEDIUM: usize = LEVELS / MEDIUMS;

/// Number of subunits that a sample, a medium and a long window is divided into.
const N1: u8 = 13;
const N2: u8 = 5;
const N3: u8 = 10;

/// Loudness of one subunit of a sample: 127 in 13 parts, rounded up.
const SUBUNIT: u8 = QUIETEST.div_ceil(N1);

/// A sample with more subunits counts as speech in its medium window; lower takes quieter sounds for speech.
const MEDIUM_THRESHOLD: u8 = 7;
/// A medium window with more speech samples counts as speech in the long window.
const LONG_THRESHOLD: u8 = 4;

/// Rates of the exponential distributions of activity in speech, per window. Higher makes activity in that window
/// weigh more.
const LAMBDA_IMMEDIATE: f64 = 0.78;
const LAMBDA_MEDIUM: f64 = 24.0;
const LAMBDA_LONG: f64 = 47.0;

/// No score is lower, so that ratios stay finite.
const MIN_SCORE: f64 = 1e-10;

/// Samples (15 s) after which the background noise is estimated anew. Longer forgets a noise later.
const NOISE_WINDOW: u32 = 750;

/// Activity in each window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scores {
    pub(super) immediate: f64,
    pub(super) medium: f64,
    pub(super) long: f64,
}

/// Loudness history and scores of one producer. Loudness runs from 0 (silence) to 127.
pub(super) struct Speaker {
    /// Ring of the last second, one value per sample.
    levels: [u8; LEVELS],
    /// Where the next sample goes.
    next_level: usize,
    /// Time up to which `levels` is filled.
    filled_until: Instant,
    /// Last real packet.
    last_packet: Instant,
    noise: NoiseFloor,
    /// Subunits of each sample, newest first.
    immediates: [u8; LEVELS],
    /// Speech samples of each 100 ms, newest first.
    mediums: [u8; MEDIUMS],
    /// Speech in the whole second.
    long: u8,
    scores: Scores,
}

impl Speaker {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            levels: [0; LEVELS],
            next_level: 0,
            filled_until: now,
            last_packet: now,
            noise: NoiseFloor::default(),
            immediates: [0; LEVELS],
            mediums: [0; MEDIUMS],
            long: 0,
            scores: Scores {
                immediate: MIN_SCORE,
                medium: MIN_SCORE,
                long: MIN_SCORE,
            },
        }
    }

    /// A packet with this level, 0 (loudest) to 127.
    pub(super) fn on_packet(&mut self, level: u8, now: Instant) {
        self.last_packet = now;
        self.fill(QUIETEST.saturating_sub(level), now);
    }

    /// Time has passed without packets.
    pub(super) fn on_silence(&mut self, now: Instant) {
        self.fill(0, now);
    }

    /// How long ago the levels were last written.
    pub(super) fn level_age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.filled_until)
    }

    /// How long ago the last packet came.
    pub(super) fn packet_age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_packet)
    }

    /// Writes a value for the time since the last one: as many samples as fit, at least one. So packets of another
    /// length than 20 ms, and pauses in sending, are right on average.
    fn fill(&mut self, loudness: u8, now: Instant) {
        if now < self.filled_until {
            return;
        }
        let elapsed = self.level_age(now).as_millis() / SAMPLE.as_millis();
        let samples = usize::try_from(elapsed).unwrap_or(LEVELS).clamp(1, LEVELS);
        self.filled_until = now;
        for _ in 0..samples {
            if let Some(level) = self.levels.get_mut(self.next_level) {
                *level = loudness;
            }
            self.next_level = (self.next_level + 1) % LEVELS;
        }
        self.noise.observe(loudness);
    }

    /// Brings the scores up to date. A longer window is looked at only when the shorter one has changed.
    pub(super) fn scores(&mut self) -> Scores {
        if self.update_immediates() {
            let [newest, ..] = self.immediates;
            self.scores.immediate = activity(newest, N1, LAMBDA_IMMEDIATE);
            if self.update_mediums() {
                let [newest, ..] = self.mediums;
                self.scores.medium = activity(newest, N2, LAMBDA_MEDIUM);
                if self.update_long() {
                    self.scores.long = activity(self.long, N3, LAMBDA_LONG);
                }
            }
        }
        self.scores
    }

    fn update_immediates(&mut self) -> bool {
        let audible = self.noise.floor.saturating_add(SUBUNIT);
        let (newer, older) = self.levels.split_at(self.next_level);
        let newest_first = newer.iter().rev().chain(older.iter().rev());
        let mut changed = false;
        for (immediate, &level) in self.immediates.iter_mut().zip(newest_first) {
            let value = if level < audible { 0 } else { level / SUBUNIT };
            changed |= *immediate != value;
            *immediate = value;
        }
        changed
    }

    fn update_mediums(&mut self) -> bool {
        let mut changed = false;
        for (medium, samples) in self
            .mediums
            .iter_mut()
            .zip(self.immediates.chunks_exact(SAMPLES_PER_MEDIUM))
        {
            let value = count_above(samples, MEDIUM_THRESHOLD);
            changed |= *medium != value;
            *medium = value;
        }
        changed
    }

    fn update_long(&mut self) -> bool {
        let value = count_above(&self.mediums, LONG_THRESHOLD);
        std::mem::replace(&mut self.long, value) != value
    }
}

/// How many values exceed the threshold.
fn count_above(values: &[u8], threshold: u8) -> u8 {
    values
        .iter()
        .fold(0, |count, value| count + u8::from(*value > threshold))
}

/// Log-likelihood ratio of speech to none when `active` of `total` subunits are active, floored.
fn activity(active: u8, total: u8, lambda: f64) -> f64 {
    const P: f64 = 0.5;
    let rest = f64::from(total.saturating_sub(active));
    let v = f64::from(active);
    let score =
        ln_binomial(total, active) + v * P.ln() + rest * (1.0 - P).ln() - lambda.ln() + lambda * v;
    score.max(MIN_SCORE)
}

/// Logarithm of the number of ways to choose `k` of `n`.
fn ln_binomial(n: u8, k: u8) -> f64 {
    (0..k.min(n))
        .map(|i| (f64::from(n - i) / f64::from(i + 1)).ln())
        .sum()
}

/// Estimate of what a microphone picks up when nobody speaks.
#[derive(Default)]
struct NoiseFloor {
    /// The estimate; 0 before the first sound.
    floor: u8,
    /// Lowest loudness since the estimate; 0 for none.
    candidate: u8,
    /// Sounds that `candidate` was chosen from.
    samples: u32,
}

impl NoiseFloor {
    /// Falls at once, rises half way (geometrically) once per window.
    fn observe(&mut self, loudness: u8) {
        if loudness == 0 {
            return;
        }
        if self.floor == 0 || loudness < self.floor {
            *self = Self {
                floor: loudness,
                candidate: 0,
                samples: 0,
            };
            return;
        }
        self.candidate = if self.candidate == 0 {
            loudness
        } else {
            self.candidate.min(loudness)
        };
        self.samples += 1;
        if self.samples >= NOISE_WINDOW {
            let product = u16::from(self.floor) * u16::from(self.candidate);
            let mean = u8::try_from(product.isqrt()).unwrap_or(QUIETEST);
            *self = Self {
                floor: mean,
                candidate: 0,
                samples: 0,
            };
        }
    }
}

#[cfg(test)]
mod tests;
