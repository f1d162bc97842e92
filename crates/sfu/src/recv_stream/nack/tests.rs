use super::*;
use crate::testing::base;
use proptest::prelude::*;

const START: u64 = 65_536 + 1_000;

/// A generator in virtual time.
struct Bench {
    start: Instant,
    nack: NackGenerator,
}

impl Bench {
    fn new() -> Self {
        Self {
            start: base(),
            nack: NackGenerator::default(),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn receive(&mut self, number: u64, ms: u64) -> NackOutcome {
        let now = self.at(ms);
        self.nack.receive(ExtSeq(START + number), false, now)
    }

    fn key_frame(&mut self, number: u64, ms: u64) -> NackOutcome {
        let now = self.at(ms);
        self.nack.receive(ExtSeq(START + number), true, now)
    }

    fn requests(&mut self, ms: u64) -> Vec<u64> {
        let now = self.at(ms);
        self.nack
            .requests(now)
            .iter()
            .map(|seq| u64::from(seq.0) - 1_000)
            .collect()
    }
}

#[test]
fn gap_is_asked_for_once_ten_ms_have_passed() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    assert_eq!(bench.receive(3, 0), NackOutcome::New);
    assert_eq!(bench.requests(0), [0; 0]);
    assert_eq!(bench.requests(9), [0; 0]);
    assert_eq!(bench.requests(10), [1, 2]);
    assert_eq!(bench.requests(20), [0; 0]);
}

#[test]
fn gap_without_further_packets_is_asked_for_at_the_timer() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    assert_eq!(bench.nack.poll_timeout(), None);
    bench.receive(2, 5);
    assert_eq!(bench.nack.poll_timeout(), Some(bench.at(45)));
    assert_eq!(bench.requests(45), [1]);
    assert_eq!(bench.nack.poll_timeout(), Some(bench.at(85)));
}

#[test]
fn request_is_repeated_once_per_round_trip_ten_times_in_all() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    bench.receive(2, 0);
    let asked: Vec<_> = (0..3_000)
        .filter(|&ms| !bench.requests(ms).is_empty())
        .collect();
    assert_eq!(asked.len(), 10);
    assert!(
        asked.windows(2).all(|pair| pair[1] - pair[0] >= 100),
        "{asked:?}"
    );
    assert_eq!(bench.nack.poll_timeout(), None);
}

#[test]
fn measured_round_trip_replaces_the_default() {
    let mut bench = Bench::new();
    bench.nack.set_rtt(Duration::from_millis(20));
    bench.receive(0, 0);
    bench.receive(2, 0);
    assert_eq!(bench.requests(10), [1]);
    assert_eq!(bench.requests(40), [1]);
}

#[test]
fn late_packet_is_reordered_before_its_request_and_repaired_after() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    bench.receive(3, 0);
    assert_eq!(bench.receive(1, 5), NackOutcome::Reordered);
    assert_eq!(bench.requests(10), [2]);
    assert_eq!(bench.receive(2, 60), NackOutcome::Repaired);
    assert_eq!(bench.receive(2, 61), NackOutcome::Unneeded);
    assert_eq!(bench.requests(100), [0; 0]);
    assert_eq!(bench.nack.poll_timeout(), None);
}

#[test]
fn too_long_a_gap_asks_for_a_key_frame_instead() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    assert_eq!(bench.receive(1_001, 0), NackOutcome::New);
    let mut bench = Bench::new();
    bench.receive(0, 0);
    assert_eq!(bench.receive(1_002, 0), NackOutcome::Overflow);
    assert_eq!(bench.requests(50), [0; 0]);
}

#[test]
fn overflowing_list_first_gives_up_what_precedes_a_key_frame() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    bench.receive(601, 0);
    bench.key_frame(602, 0);
    assert_eq!(bench.receive(1_103, 0), NackOutcome::New);
    assert_eq!(bench.requests(10), (603..1_103).collect::<Vec<_>>());
}

#[test]
fn reset_forgets_the_gap_and_takes_any_next_packet() {
    let mut bench = Bench::new();
    bench.receive(0, 0);
    bench.receive(5, 0);
    bench.nack.reset();
    assert_eq!(bench.receive(500, 1), NackOutcome::New);
    assert_eq!(bench.requests(100), [0; 0]);
}

proptest! {
    #[test]
    fn exactly_the_missing_packets_are_asked_for(arrived in prop::collection::vec(any::<bool>(), 2..900), swaps in prop::collection::vec((0usize..900, 0usize..900), 0..40)) {
        let mut bench = Bench::new();
        bench.receive(0, 0);
        let mut order: Vec<u64> = (1..).zip(&arrived).filter(|(_, arrived)| **arrived).map(|(number, _)| number).collect();
        for (a, b) in swaps {
            if a < order.len() && b < order.len() {
                order.swap(a, b);
            }
        }
        order.iter().for_each(|&number| _ = bench.receive(number, 0));
        let highest = order.iter().max().copied().unwrap_or(0);
        let expected: Vec<u64> = (1..highest).filter(|number| !order.contains(number)).collect();
        prop_assert_eq!(bench.requests(10), expected);
    }
}
