//! The estimate for peers that do not tell of each packet: from the loss in their receiver reports, and REMB.

use std::time::Duration;

use miso_wire::Bitrate;

/// Loss below which the rate may grow, and above which it must fall; in 1/256. Higher tolerates more.
const LOW_LOSS: u8 = 5;
const HIGH_LOSS: u8 = 26;

/// Growth in a second. Higher finds the rate sooner and overshoots more.
const GROWTH: f64 = 1.08;

/// A report counts for no longer than this: growth needs reports that go on.
const MAX_STEP: Duration = Duration::from_secs(5);

/// Time between reductions, besides a round trip: how long one takes to show.
const REDUCTION_INTERVAL: Duration = Duration::from_millis(300);

/// Round trip until one was measured.
const DEFAULT_RTT: Duration = Duration::from_millis(200);

/// How far the estimate may be above what is sent, as a factor: a rate that is not used proves nothing.
const HEADROOM: f64 = 1.5;

/// The estimate.
#[derive(Debug)]
pub(crate) struct ReportEstimator {
    /// In bit/s.
    estimate: f64,
    /// When the last report came.
    reported: Option<Duration>,
    /// When the estimate was last reduced.
    reduced: Option<Duration>,
    /// Loss in the last report, in 1/256.
    pub(crate) loss: u8,
}

impl ReportEstimator {
    pub(crate) fn new(initial: Bitrate) -> Self {
        Self {
            estimate: initial.0 as f64,
            reported: None,
            reduced: None,
            loss: 0,
        }
    }

    /// The estimate.
    pub(crate) fn estimate(&self) -> Bitrate {
        Bitrate(self.estimate as u64)
    }

    /// Sets the estimate to what is known otherwise.
    pub(crate) fn set_estimate(&mut self, estimate: Bitrate) {
        self.estimate = estimate.0 as f64;
    }

    /// Leaves a share of the estimate.
    pub(crate) fn scale(&mut self, share: f64) {
        self.estimate *= share;
    }

    /// Takes a report in. `sent` is the rate at which we send.
    pub(crate) fn handle_report(
        &mut self,
        loss: u8,
        rtt: Option<Duration>,
        sent: Bitrate,
        now: Duration,
    ) {
        let elapsed = now
            .saturating_sub(self.reported.replace(now).unwrap_or(now))
            .min(MAX_STEP);
        self.loss = loss;
        if loss <= LOW_LOSS {
            let grown = self.estimate * GROWTH.powf(elapsed.as_secs_f64());
            let limit = HEADROOM * sent.0 as f64;
            self.estimate = grown.min(limit.max(self.estimate));
        } else if loss > HIGH_LOSS {
            let patience = REDUCTION_INTERVAL + rtt.unwrap_or(DEFAULT_RTT);
            let due = self
                .reduced
                .is_none_or(|reduced| now.saturating_sub(reduced) >= patience);
            if due {
                self.estimate *= 1.0 - 0.5 * f64::from(loss) / 256.0;
                self.reduced = Some(now);
            }
        }
    }

    /// Takes in the peer's own estimate, which is believed unless losses speak against it.
    pub(crate) fn handle_remb(&mut self, remb: Bitrate) {
        if self.loss <= HIGH_LOSS {
            self.estimate = self.estimate.max(remb.0 as f64);
        }
    }
}

#[cfg(test)]
mod tests;
