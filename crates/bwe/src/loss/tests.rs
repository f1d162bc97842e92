use super::*;
use crate::testing::ms;

struct Path {
    estimator: LossEstimator,
    now: Duration,
    carry: f64,
}

impl Path {
    fn new() -> Self {
        Self {
            estimator: LossEstimator::new(),
            now: Duration::ZERO,
            carry: 0.0,
        }
    }

    /// Sends what the estimator allows, or `delay_based`, for some seconds over a path that loses the share that
    /// `loss` gives for the rate; the rate at the end.
    fn run(&mut self, seconds: u64, delay_based: u64, loss: impl Fn(f64) -> f64) -> f64 {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            let rate = self.rate(delay_based);
            let share = loss(rate);
            for _ in 0..10 {
                self.carry += share;
                let lost = self.carry >= 1.0;
                self.carry -= f64::from(u8::from(lost));
                self.estimator.add(self.now, 1_200, lost);
                self.now += Duration::from_secs_f64(9_600.0 / rate);
            }
            self.estimator.update(&LossContext {
                delay_based: Bitrate::kbps(delay_based),
                acknowledged: Some(Bitrate((rate * (1.0 - share)) as u64)),
                min: Bitrate::kbps(30),
            });
        }
        self.rate(delay_based)
    }

    fn rate(&self, delay_based: u64) -> f64 {
        let limit = self.estimator.limit().unwrap_or(Bitrate::kbps(delay_based));
        limit.min(Bitrate::kbps(delay_based)).0 as f64
    }
}

#[test]
fn path_without_loss_does_not_limit() {
    let mut path = Path::new();
    path.run(5, 3_000, |_| 0.0);
    assert_eq!(path.estimator.limit(), None);
}

#[test]
fn little_loss_that_does_not_depend_on_the_rate_is_tolerated() {
    let rate = Path::new().run(20, 2_000, |_| 0.03);
    assert!(rate > 1_800_000.0, "{rate}");
}

#[test]
fn what_a_probe_has_shown_is_kept_as_long_as_no_more_is_lost_than_then() {
    let mut path = Path::new();
    let doubted = path.run(10, 2_000, |_| 0.12);
    path.estimator.probed(Bitrate::kbps(1_900), false);
    let shown = path.run(20, 2_000, |_| 0.12);
    assert!(
        doubted < 1_500_000.0 && shown >= 1_900_000.0,
        "{doubted} {shown}"
    );
    assert!((0.10..0.14).contains(&path.estimator.inherent()));
    let worse = path.run(10, 2_000, |_| 0.35);
    assert!(worse < 1_000_000.0, "{worse}");
    assert_eq!(path.estimator.inherent(), 0.0);
}

#[test]
fn what_was_shown_without_loss_says_nothing_of_loss() {
    let mut path = Path::new();
    path.run(3, 3_000, |_| 0.0);
    path.estimator.probed(Bitrate::kbps(3_000), false);
    let rate = path.run(20, 3_000, |rate| (1.0 - 1_000_000.0 / rate).max(0.0));
    assert!((800_000.0..1_100_000.0).contains(&rate), "{rate}");
}

#[test]
fn path_that_loses_no_more_has_no_inherent_loss() {
    let mut path = Path::new();
    path.run(10, 2_000, |_| 0.1);
    path.estimator.probed(Bitrate::kbps(2_000), false);
    path.run(10, 2_000, |_| 0.0);
    assert!(path.estimator.inherent() < 0.01);
}

#[test]
fn path_that_is_full_takes_back_what_was_shown_before() {
    let mut path = Path::new();
    path.run(10, 2_000, |_| 0.1);
    path.estimator.probed(Bitrate::kbps(2_000), false);
    path.run(5, 2_000, |_| 0.1);
    path.estimator.probed(Bitrate::kbps(1_000), true);
    let rate = path.run(20, 2_000, |_| 0.1);
    assert!((1_000_000.0..1_500_000.0).contains(&rate), "{rate}");
}

#[test]
fn what_is_above_the_bandwidth_is_given_up() {
    let overload = |rate: f64| (1.0 - 1_000_000.0 / rate).max(0.0);
    let rate = Path::new().run(20, 3_000, overload);
    assert!((800_000.0..1_250_000.0).contains(&rate), "{rate}");
}

#[test]
fn path_that_has_recovered_is_used_again() {
    let mut path = Path::new();
    let bad = path.run(10, 3_000, |_| 0.4);
    let good = path.run(20, 3_000, |_| 0.0);
    assert!(bad < 700_000.0 && good > 2_500_000.0, "{bad} {good}");
}

#[test]
fn late_packets_are_not_lost() {
    let mut estimator = LossEstimator::new();
    for number in 0..50 {
        estimator.add(ms(number * 10), 1_200, number % 2 == 0);
    }
    estimator.recovered(25);
    estimator.update(&LossContext {
        delay_based: Bitrate::kbps(1_000),
        acknowledged: None,
        min: Bitrate::kbps(30),
    });
    assert_eq!(estimator.loss(), 0.0);
}
