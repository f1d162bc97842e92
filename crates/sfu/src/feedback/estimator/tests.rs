use super::*;
use crate::testing::base;
use proptest::prelude::*;

/// A sender at a rate of its choice, a bottleneck with a queue, and the estimator behind it, in steps of a packet.
struct Link {
    start: Instant,
    estimator: IncomingBitrateEstimator,
    /// What the bottleneck passes in bit/s.
    capacity: f64,
    /// When the bottleneck has passed everything so far, in seconds.
    free_at: f64,
    /// When the sender sends next, in seconds.
    send_at: f64,
    /// What the sender heard last.
    told: Option<f64>,
    /// A small generator for jitter.
    seed: u64,
    /// Uniform jitter behind the bottleneck, in seconds.
    jitter: f64,
}

const PACKET: usize = 1_200;

impl Link {
    fn new(capacity: f64, jitter: f64) -> Self {
        Self {
            start: base(),
            estimator: IncomingBitrateEstimator::default(),
            capacity,
            free_at: 0.0,
            send_at: 0.0,
            told: None,
            seed: 1,
            jitter,
        }
    }

    fn random(&mut self) -> f64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.seed >> 40) as f64 / (1u64 << 24) as f64
    }

    /// Lets a sender that obeys REMB, but never sends more than `at_most`, run until `end` seconds; the estimate.
    fn run(&mut self, end: f64, at_most: f64) -> f64 {
        let mut last_arrival = 0.0f64;
        while self.send_at < end {
            let rate = self.told.unwrap_or(300_000.0).min(at_most);
            let sent = AbsSendTime::from_duration(Duration::from_secs_f64(self.send_at));
            self.free_at = self.free_at.max(self.send_at) + (PACKET * 8) as f64 / self.capacity;
            last_arrival = last_arrival.max(self.free_at + 0.02 + self.random() * self.jitter);
            let now = self.start + Duration::from_secs_f64(last_arrival);
            self.estimator.packet_arrived(sent, PACKET, now);
            if let Some(told) = self.estimator.poll_remb(now) {
                self.told = Some(told.0 as f64);
            }
            self.send_at += (PACKET * 8) as f64 / rate;
        }
        self.estimator.estimate().unwrap().0 as f64
    }

    fn queue_seconds(&self) -> f64 {
        (self.free_at - self.send_at).max(0.0)
    }
}

#[test]
fn estimate_passes_one_megabit_within_three_seconds_on_an_unlimited_link() {
    let estimate = Link::new(1e9, 0.0).run(3.0, f64::MAX);
    assert!(estimate > 1e6, "{estimate}");
}

#[test]
fn estimate_settles_below_a_bottleneck_with_a_short_queue() {
    let mut link = Link::new(2e6, 0.0);
    link.run(20.0, f64::MAX);
    for second in 21..60 {
        let estimate = link.run(f64::from(second), f64::MAX);
        assert!(
            (0.8e6..2.4e6).contains(&estimate),
            "{estimate} at {second} s"
        );
        assert!(
            link.queue_seconds() < 0.5,
            "{} s at {second} s",
            link.queue_seconds()
        );
    }
}

#[test]
fn estimate_falls_with_the_capacity_and_recovers() {
    let mut link = Link::new(4e6, 0.0);
    let before = link.run(20.0, f64::MAX);
    link.capacity = 1e6;
    let congested = link.run(26.0, f64::MAX);
    assert!(
        before > 2e6 && congested < 1.2e6 && congested < before / 2.0,
        "{before} {congested}"
    );
    link.capacity = 20e6;
    let recovered = link.run(60.0, f64::MAX);
    assert!(recovered > 1.5e6, "{recovered}");
}

#[test]
fn jitter_alone_is_no_congestion() {
    let estimate = Link::new(1e9, 0.004).run(20.0, 3e6);
    assert!(estimate > 2.5e6, "{estimate}");
}

#[test]
fn sender_that_sends_little_neither_proves_nor_loses_anything() {
    let mut link = Link::new(1e9, 0.0);
    let estimate = link.run(30.0, 100_000.0);
    assert_eq!(estimate as u64, 600_000);
}

#[test]
fn drop_is_told_at_once_and_growth_five_times_a_second() {
    let (start, mut estimator) = (base(), IncomingBitrateEstimator::default());
    let mut told = Vec::new();
    for ms in (0..1_000u64).step_by(5) {
        let now = start + Duration::from_millis(ms);
        estimator.packet_arrived(
            AbsSendTime::from_duration(Duration::from_millis(ms)),
            PACKET,
            now,
        );
        told.extend(estimator.poll_remb(now).map(|_| ms));
    }
    assert_eq!(told, [0, 200, 400, 600, 800]);
}

#[test]
fn sender_whose_clock_jumps_back_is_measured_on() {
    let (start, mut estimator) = (base(), IncomingBitrateEstimator::default());
    let mut feed = |ms: u64, sender_ms: u64| {
        let sent = AbsSendTime::from_duration(Duration::from_millis(sender_ms));
        estimator.packet_arrived(sent, PACKET, start + Duration::from_millis(ms));
        estimator.estimate().unwrap()
    };
    (0..500).for_each(|i| _ = feed(i * 10, 10_000 + i * 10));
    // The clock starts again, and then a queue builds up: each packet takes 5 ms longer than the one before.
    (0..50).for_each(|i| _ = feed(5_000 + i * 10, i * 10));
    let steady = feed(5_500, 500);
    let congested = (1..100)
        .map(|i| feed(5_500 + i * 15, 500 + i * 10))
        .last()
        .unwrap();
    assert!(congested < steady, "{congested:?} {steady:?}");
}

proptest! {
    #[test]
    fn estimate_stays_within_its_bounds_whatever_arrives(packets in prop::collection::vec((any::<u32>(), 0usize..70_000, 0u64..5_000), 1..300)) {
        let (mut now, mut estimator) = (base(), IncomingBitrateEstimator::default());
        for (sent, size, gap) in packets {
            now += Duration::from_millis(gap);
            estimator.packet_arrived(AbsSendTime(sent), size, now);
            let estimate = estimator.estimate().unwrap();
            prop_assert!((30_000..=1_000_000_000).contains(&estimate.0), "{estimate:?}");
        }
    }
}
