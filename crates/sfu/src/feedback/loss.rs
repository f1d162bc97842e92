//! How much of what is sent arrives, by feedback.

use std::collections::VecDeque;

/// Feedback messages that count. More makes the ratio calmer, fewer makes it follow changes sooner.
const HISTORY: usize = 24;

/// The share of lost packets over the last feedback messages, of which newer ones weigh more.
#[derive(Clone, Debug, Default)]
pub(crate) struct PacketLoss {
    /// The share that each message told, oldest first.
    shares: VecDeque<f64>,
}

impl PacketLoss {
    /// A message told of `total` packets, `lost` of them lost.
    pub(crate) fn add(&mut self, lost: u16, total: u16) {
        if total == 0 {
            return;
        }
        if self.shares.len() == HISTORY {
            self.shares.pop_front();
        }
        self.shares
            .push_back(f64::from(lost.min(total)) / f64::from(total));
    }

    /// From 0, nothing is lost, to 1.
    pub(crate) fn ratio(&self) -> f64 {
        let mut weight = 0.0;
        let (mut sum, mut weights) = (0.0, 0.0);
        for share in &self.shares {
            weight += 1.0;
            sum += weight * share;
            weights += weight;
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
