//! Durations, counted to within some three percent.

use std::time::Duration;

/// Each power of two of nanoseconds is divided into so many buckets.
const STEPS: u64 = 32;
/// Values below are counted exactly.
const EXACT_BITS: u32 = STEPS.ilog2();

/// A histogram of durations of any length in constant memory. Percentiles are exact to 1/32.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Counts, grown to the longest duration seen.
    buckets: Vec<u64>,
    count: u64,
    max: Duration,
}

impl Histogram {
    /// Counts a duration.
    pub fn record(&mut self, value: Duration) {
        let index = bucket(nanos(value));
        if self.buckets.len() <= index {
            self.buckets.resize(index + 1, 0);
        }
        if let Some(bucket) = self.buckets.get_mut(index) {
            *bucket += 1;
        }
        self.count += 1;
        self.max = self.max.max(value);
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The duration that the share `p` (0 to 1) of all does not exceed, rounded up to its bucket; zero when nothing
    /// was counted.
    pub fn percentile(&self, p: f64) -> Duration {
        let mut below = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            below += count;
            // Counts stay far below 2^52, where f64 is exact.
            if *count > 0 && below as f64 >= p * self.count as f64 {
                return Duration::from_nanos(upper_bound(index)).min(self.max);
            }
        }
        self.max
    }
}

fn nanos(value: Duration) -> u64 {
    u64::try_from(value.as_nanos()).unwrap_or(u64::MAX)
}

fn bucket(value: u64) -> usize {
    let shift = value
        .checked_ilog2()
        .unwrap_or(0)
        .saturating_sub(EXACT_BITS);
    usize::try_from(u64::from(shift) * STEPS + (value >> shift)).unwrap_or(usize::MAX)
}

/// The largest value in a bucket.
fn upper_bound(index: usize) -> u64 {
    let index = index as u64;
    let shift = (index / STEPS).saturating_sub(1);
    let step = index - shift * STEPS;
    ((step + 1) << shift) - 1
}

#[cfg(test)]
mod tests;
