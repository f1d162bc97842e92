//! A peer that told of what arrives and has ceased to: less and less is sent until it is heard again.

use std::time::Duration;

/// How long a peer with transport-wide feedback may be silent while we send, and one with reports only. Longer
/// floods a path that is gone, shorter takes lost feedback for it.
const FEEDBACK_PATIENCE: Duration = Duration::from_secs(3);
const REPORT_PATIENCE: Duration = Duration::from_secs(12);

/// Time between reductions.
const INTERVAL: Duration = Duration::from_secs(1);

/// What is left at each.
const SHARE: f64 = 0.8;

/// Watches for silence.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// How long the peer may be silent; none while it was never heard.
    patience: Option<Duration>,
    /// When the last packet was sent.
    sent: Option<Duration>,
    /// When a packet was sent that was not told of yet: silence begins there.
    waiting_since: Option<Duration>,
    /// When the last reduction was.
    reduced: Option<Duration>,
    /// What is left of the estimate.
    factor: f64,
}

impl Silence {
    pub(crate) fn new() -> Self {
        Self {
            factor: 1.0,
            ..Self::default()
        }
    }

    pub(crate) fn packet_sent(&mut self, now: Duration) {
        self.sent = Some(now);
        self.waiting_since.get_or_insert(now);
    }

    /// The peer told of packets. What was left of the estimate is from now on the whole.
    pub(crate) fn heard_feedback(&mut self) -> f64 {
        self.patience = Some(FEEDBACK_PATIENCE);
        self.end()
    }

    /// The peer reported, which says little of one that also tells of packets.
    pub(crate) fn heard_report(&mut self) -> f64 {
        if self.patience == Some(FEEDBACK_PATIENCE) {
            return 1.0;
        }
        self.patience = Some(REPORT_PATIENCE);
        self.end()
    }

    fn end(&mut self) -> f64 {
        self.waiting_since = None;
        self.reduced = None;
        std::mem::replace(&mut self.factor, 1.0)
    }

    /// Reduces what is left, if it is time.
    pub(crate) fn update(&mut self, now: Duration) {
        let (Some(patience), Some(since)) = (self.patience, self.waiting_since) else {
            return;
        };
        let sending = self
            .sent
            .is_some_and(|sent| now.saturating_sub(sent) < INTERVAL);
        let due = self
            .reduced
            .map_or(since + patience, |reduced| reduced + INTERVAL);
        if sending && now >= due {
            self.reduced = Some(now);
            self.factor *= SHARE;
        }
    }

    /// What is left of the estimate: 1 unless the peer is silent.
    pub(crate) fn factor(&self) -> f64 {
        self.factor
    }
}

#[cfg(test)]
mod tests;
