//! How well a stream is delivered, 0 (dead) to 10 (perfect).

#![deny(clippy::indexing_slicing)]

/// Samples that count. More makes the score calmer, fewer makes it follow the link faster.
const SAMPLES: usize = 24;

/// The score of a stream that just started.
pub(crate) const BEST_SCORE: u8 = 10;

/// The weighted average of a stream's last samples; the newest weighs most.
#[derive(Clone, Debug)]
pub(crate) struct Score {
    /// Samples, the oldest first; `len` of them are valid.
    samples: [u8; SAMPLES],
    /// How many samples there are.
    len: usize,
    /// The average.
    score: u8,
}

impl Default for Score {
    fn default() -> Self {
        Self {
            samples: [0; SAMPLES],
            len: 0,
            score: BEST_SCORE,
        }
    }
}

impl Score {
    /// The present score.
    pub(crate) fn get(&self) -> u8 {
        self.score
    }

    /// Takes a sample in; true when the score changes.
    pub(crate) fn add(&mut self, sample: u8) -> bool {
        if self.len == SAMPLES {
            self.samples.rotate_left(1);
        } else {
            self.len += 1;
        }
        if let Some(newest) = self.samples.get_mut(self.len - 1) {
            *newest = sample.min(BEST_SCORE);
        }
        let weighted = self.samples.iter().take(self.len).zip(1u32..);
        let (sum, weights) = weighted.fold((0, 0), |(sum, weights), (&sample, weight)| {
            (sum + u32::from(sample) * weight, weights + weight)
        });
        let rounded = (2 * sum + weights) / (2 * weights);
        self.set(u8::try_from(rounded).unwrap_or(BEST_SCORE))
    }

    /// Forgets all samples and takes `score`; true when that is a change.
    pub(crate) fn reset(&mut self, score: u8) -> bool {
        self.len = 0;
        self.set(score)
    }

    fn set(&mut self, score: u8) -> bool {
        std::mem::replace(&mut self.score, score) != score
    }
}

/// What happened to a stream since the last sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Packets that arrived (receiving) or were sent (sending).
    pub(crate) total: u64,
    /// Packets that were missing at first.
    pub(crate) lost: u64,
    /// Missing packets that came after all.
    pub(crate) repaired: u64,
    /// Packets that came or were sent once more.
    pub(crate) retransmitted: u64,
    /// Whether retransmissions have their own SSRC. Without, repairs prove losses that the reports hide.
    pub(crate) has_rtx: bool,
}

impl Delivery {
    /// The sample. Nothing sent is perfect: there was nothing to lose.
    ///
    /// A repaired loss is forgiven in part: less when many repairs were needed for the packets that came, and less
    /// when they took more than one try. mediasoup's formula, with its fourth powers.
    pub(crate) fn sample(mut self) -> u8 {
        if self.total == 0 {
            return BEST_SCORE;
        }
        self.lost = self.lost.min(self.total);
        if self.repaired > self.lost {
            if self.has_rtx {
                let excess = self.repaired - self.lost;
                self.retransmitted = self.retransmitted.saturating_sub(excess);
                self.repaired = self.lost;
            } else {
                self.lost = self.repaired.min(self.total);
            }
        }
        let (total, repaired) = (self.total as f64, self.repaired as f64);
        let mut weight = (1.0 / (repaired / total + 1.0)).powi(4);
        if self.retransmitted > 0 {
            weight *= (repaired / self.retransmitted as f64).min(1.0);
        }
        let lost = self.lost as f64 - repaired * weight;
        let delivered = ((total - lost) / total).clamp(0.0, 1.0);
        (delivered.powi(4) * f64::from(BEST_SCORE)).round() as u8
    }
}

#[cfg(test)]
mod tests;
