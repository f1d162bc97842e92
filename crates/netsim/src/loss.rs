//! Loss that comes in bursts.

use rand::Rng;
use rand::rngs::SmallRng;

/// A channel with a good and a bad state (Gilbert 1960, Elliott 1963). The state may change before each packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GilbertElliott {
    /// Probability to go from good to bad.
    pub to_bad: f64,
    /// Probability to go from bad to good; its inverse is the mean length of a bad phase, in packets.
    pub to_good: f64,
    /// Probability of loss in the good state.
    pub loss_good: f64,
    /// Probability of loss in the bad state.
    pub loss_bad: f64,
}

impl GilbertElliott {
    /// A channel that loses this share of packets, in bursts of this mean length (at least 1 packet).
    pub fn with_mean(loss: f64, burst_packets: f64) -> Self {
        let loss = loss.clamp(0.0, 0.999);
        let to_good = 1.0 / burst_packets.max(1.0);
        Self {
            to_bad: (loss * to_good / (1.0 - loss)).min(1.0),
            to_good,
            loss_good: 0.0,
            loss_bad: 1.0,
        }
    }

    /// Moves on by one packet; `bad` is the state. Whether the packet is lost.
    pub(crate) fn loses(&self, bad: &mut bool, rng: &mut SmallRng) -> bool {
        let change = if *bad { self.to_good } else { self.to_bad };
        *bad ^= happens(change, rng);
        happens(if *bad { self.loss_bad } else { self.loss_good }, rng)
    }
}

/// Throws the dice only where the outcome is open, so that switching one effect off leaves the others as they were.
pub(crate) fn happens(probability: f64, rng: &mut SmallRng) -> bool {
    probability > 0.0 && (probability >= 1.0 || rng.random_bool(probability))
}
