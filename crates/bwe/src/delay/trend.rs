//! Whether the queue on the way grows: a line through the last delays, against a threshold that adapts
//! (draft-ietf-rmcat-gcc-02, section 5.4; the line replaces the filter of section 5.3).

use std::collections::VecDeque;

use super::groups::GroupChange;

/// Delays that the line goes through. More is calmer, fewer reacts sooner.
const POINTS: usize = 20;

/// Delays from which on the line is looked at. More makes fewer mistakes after a restart, fewer is blind for a shorter
/// time.
const MIN_POINTS: usize = 7;

/// Share of the past in the smoothed delay. Higher is calmer, lower reacts sooner.
const SMOOTHING: f64 = 0.9;

/// What makes a slope comparable with the threshold. Higher is more sensitive.
const GAIN: f64 = 4.0;

/// Changes after which the slope counts in full; before, the line knows little.
const FULL_WEIGHT: u32 = 60;

/// How long a growing queue is tolerated, in ms. Longer fills queues, shorter takes jitter for queues.
const OVERUSE_MS: f64 = 10.0;

/// Threshold at the start, and its bounds.
const FIRST_THRESHOLD: f64 = 12.5;
const MIN_THRESHOLD: f64 = 6.0;
const MAX_THRESHOLD: f64 = 600.0;

/// How fast the threshold follows a greater and a smaller trend, per ms. The asymmetry keeps flows with loss-based
/// neighbours alive.
const RISE: f64 = 0.0087;
const FALL: f64 = 0.039;

/// A trend that exceeds the threshold by more is an outlier, which the threshold does not follow.
const OUTLIER: f64 = 15.0;

/// What the link is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkUsage {
    /// Queues are steady.
    #[default]
    Normal,
    /// Queues grow: too much is sent.
    Over,
    /// Queues drain.
    Under,
}

/// Judges the changes of delay.
#[derive(Debug)]
pub struct TrendDetector {
    /// Time and smoothed delay of the last changes.
    points: VecDeque<(f64, f64)>,
    /// Sum of all changes.
    accumulated: f64,
    /// The same, smoothed.
    smoothed: f64,
    /// Changes so far, up to the full weight.
    changes: u32,
    /// What the trend is compared with.
    threshold: f64,
    /// The last trend.
    last_trend: f64,
    /// When the last change was, in ms.
    last_at: Option<f64>,
    /// How long the trend has been above the threshold, in ms; none while it is not.
    over_for: Option<f64>,
    /// Changes in that time.
    over_count: u32,
    /// The judgement.
    usage: LinkUsage,
}

impl Default for TrendDetector {
    fn default() -> Self {
        Self {
            points: VecDeque::with_capacity(POINTS + 1),
            accumulated: 0.0,
            smoothed: 0.0,
            changes: 0,
            threshold: FIRST_THRESHOLD,
            last_trend: 0.0,
            last_at: None,
            over_for: None,
            over_count: 0,
            usage: LinkUsage::Normal,
        }
    }
}

impl TrendDetector {
    /// Takes a change in.
    pub fn update(&mut self, change: &GroupChange) {
        self.changes = (self.changes + 1).min(FULL_WEIGHT);
        self.accumulated += change.delay_ms;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.accumulated;
        if self.points.len() == POINTS {
            self.points.pop_front();
        }
        self.points.push_back((change.at_ms, self.smoothed));
        let elapsed = self
            .last_at
            .map_or(0.0, |last| (change.at_ms - last).max(0.0));
        self.last_at = Some(change.at_ms);
        if self.points.len() >= MIN_POINTS {
            self.judge(slope(&self.points).unwrap_or(0.0), elapsed);
        }
    }

    /// Forgets the last delays, which something else than the load has disturbed. The threshold stays.
    pub fn restart(&mut self) {
        self.points.clear();
        (self.accumulated, self.smoothed) = (0.0, 0.0);
        (self.over_for, self.over_count) = (None, 0);
        self.usage = LinkUsage::Normal;
    }

    /// The judgement.
    pub fn usage(&self) -> LinkUsage {
        self.usage
    }

    fn judge(&mut self, trend: f64, elapsed: f64) {
        let weighted = f64::from(self.changes) * trend * GAIN;
        if weighted > self.threshold {
            // The first change above it may have risen anywhere in the time since the last.
            let over_for = self
                .over_for
                .map_or(elapsed / 2.0, |before| before + elapsed);
            self.over_for = Some(over_for);
            self.over_count += 1;
            if over_for > OVERUSE_MS && self.over_count > 1 && trend >= self.last_trend {
                self.over_for = Some(0.0);
                self.over_count = 0;
                self.usage = LinkUsage::Over;
            }
        } else {
            self.over_for = None;
            self.over_count = 0;
            self.usage = if weighted < -self.threshold {
                LinkUsage::Under
            } else {
                LinkUsage::Normal
            };
        }
        self.last_trend = trend;
        self.adapt(weighted.abs(), elapsed);
    }

    fn adapt(&mut self, weighted: f64, elapsed: f64) {
        if weighted > self.threshold + OUTLIER {
            return;
        }
        let speed = if weighted < self.threshold {
            FALL
        } else {
            RISE
        };
        self.threshold += speed * (weighted - self.threshold) * elapsed.min(100.0);
        self.threshold = self.threshold.clamp(MIN_THRESHOLD, MAX_THRESHOLD);
    }
}

/// Slope of the line with the least squared distance; none through points of one moment.
fn slope(points: &VecDeque<(f64, f64)>) -> Option<f64> {
    let count = points.len() as f64;
    let (sum_x, sum_y) = points
        .iter()
        .fold((0.0, 0.0), |(sum_x, sum_y), (x, y)| (sum_x + x, sum_y + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (numerator, denominator) =
        points
            .iter()
            .fold((0.0, 0.0), |(numerator, denominator), (x, y)| {
                let distance = x - mean_x;
                (
                    numerator + distance * (y - mean_y),
                    denominator + distance * distance,
                )
            });
    (denominator > 0.0).then(|| numerator / denominator)
}
