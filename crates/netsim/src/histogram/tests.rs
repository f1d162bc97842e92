use std::time::Duration;

use super::{Histogram, bucket, upper_bound};

#[test]
fn buckets_are_contiguous_and_bounded_by_their_upper_bounds() {
    let mut value = 0u64;
    while value < u64::MAX / 3 {
        let index = bucket(value);
        assert!(upper_bound(index) >= value, "{value}");
        assert_eq!(bucket(upper_bound(index)), index, "{value}");
        assert_eq!(bucket(upper_bound(index) + 1), index + 1, "{value}");
        value += value / 7 + 1;
    }
}

#[test]
fn percentiles_are_within_a_thirty_second() {
    let mut histogram = Histogram::default();
    (1..=1000).for_each(|ms| histogram.record(Duration::from_millis(ms)));
    for (p, exact) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
        let found = histogram.percentile(p).as_secs_f64() * 1000.0;
        assert!(
            (exact..exact * 33.0 / 32.0).contains(&found),
            "{p}: {found}"
        );
    }
    assert_eq!(histogram.max(), Duration::from_secs(1));
    assert_eq!(histogram.percentile(1.0), Duration::from_secs(1));
}

#[test]
fn empty_histogram_says_zero() {
    assert_eq!(Histogram::default().percentile(0.5), Duration::ZERO);
}
