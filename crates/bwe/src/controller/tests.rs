use proptest::prelude::*;

use super::*;
use crate::testing::{base, ms, with_feedback};

mod lies;

const WANTED: Bitrate = Bitrate::kbps(5_000);

/// A controller and a peer on a path that neither delays nor loses.
struct Pair {
    controller: Controller,
    start: Instant,
    now: u64,
    next: u16,
}

impl Pair {
    fn new() -> Self {
        Self::with(ControllerConfig::default())
    }

    fn with(config: ControllerConfig) -> Self {
        let start = base();
        Self {
            controller: Controller::new(config, start),
            start,
            now: 0,
            next: 0,
        }
    }

    fn at(&self) -> Instant {
        self.start + ms(self.now)
    }

    fn available(&self) -> u64 {
        self.controller.available().0 / 1_000
    }

    /// Sends for some seconds at a share of what is available, with feedback every 100 ms or none at all.
    fn run(&mut self, seconds: u64, share: f64, feedback: bool) {
        let end = self.now + seconds * 1_000;
        let (mut owed, mut first, mut arrivals) = (0.0, self.next, vec![]);
        while self.now < end {
            self.now += 1;
            self.controller.handle_timeout(self.at());
            while let Some(probe) = self.controller.poll_probe(self.at()) {
                self.send(probe.size, Some(probe.id));
                arrivals.push(Some(self.now as i64));
            }
            owed += self.controller.available().0 as f64 * share / 8_000.0;
            while owed >= 1_000.0 {
                owed -= 1_000.0;
                self.send(1_000, None);
                arrivals.push(Some(self.now as i64));
            }
            if feedback && self.now.is_multiple_of(100) && !arrivals.is_empty() {
                self.now += 20;
                let now = self.at();
                with_feedback(Seq(first), &arrivals, |feedback| {
                    self.controller.handle_feedback(feedback, now);
                });
                first = self.next;
                arrivals.clear();
            }
        }
    }

    fn send(&mut self, size: usize, probe: Option<ProbeId>) {
        let now = self.at();
        self.controller
            .packet_sent(Seq(self.next), size, probe, now);
        self.next = self.next.wrapping_add(1);
    }
}

#[test]
fn good_path_is_found_within_a_second_of_the_first_packet() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(1, 1.0, true);
    assert!(pair.available() > 3_500, "{}", pair.available());
    assert!(pair.controller.stats().probes_measured >= 2);
    assert_eq!(pair.controller.stats().refused, Default::default());
}

#[test]
fn nothing_is_probed_before_anything_is_desired() {
    let mut pair = Pair::new();
    pair.run(10, 1.0, true);
    assert_eq!(pair.controller.stats().probes_sent, 0);
}

#[test]
fn peer_that_never_tells_anything_gets_the_initial_estimate_for_ever() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(60, 1.0, false);
    assert_eq!(pair.available(), 600);
}

#[test]
fn peer_that_falls_silent_gets_the_minimum_in_the_end() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(2, 1.0, true);
    pair.run(60, 1.0, false);
    assert_eq!(pair.available(), 30);
    pair.run(20, 1.0, true);
    assert!(pair.available() > 1_000, "{}", pair.available());
}

#[test]
fn packets_that_the_peer_cannot_tell_of_are_no_silence() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(2, 1.0, true);
    let before = pair.available();
    for _ in 0..3_000 {
        pair.now += 20;
        let now = pair.at();
        pair.controller.unnumbered_packet_sent(100, now);
        pair.controller.handle_timeout(now);
    }
    assert_eq!(pair.available(), before);
}

#[test]
fn limits_hold_whatever_is_measured() {
    let mut pair = Pair::with(ControllerConfig {
        max: Some(Bitrate::kbps(1_000)),
        ..ControllerConfig::default()
    });
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(5, 1.0, true);
    assert_eq!(pair.available(), 1_000);
    pair.controller
        .set_limits(Bitrate::kbps(30), Some(Bitrate::kbps(400)));
    assert_eq!(pair.available(), 400);
    pair.controller
        .set_limits(Bitrate::kbps(2_000), Some(Bitrate::kbps(400)));
    assert_eq!(pair.available(), 2_000);
}

#[test]
fn sender_of_little_is_limited_and_its_estimate_grows_by_probes_alone() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(Bitrate::kbps(700), now);
    pair.run(20, 0.2, true);
    let stats = pair.controller.stats();
    assert!(stats.application_limited);
    assert!(
        (700..=1_400).contains(&pair.available()),
        "{}",
        pair.available()
    );
}

#[test]
fn remb_limits_and_its_end_frees() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    pair.run(2, 1.0, true);
    let now = pair.at();
    pair.controller.handle_remb(Bitrate::kbps(500), now);
    assert_eq!(pair.available(), 500);
    pair.controller.handle_remb(Bitrate::ZERO, now);
    assert!(pair.available() > 3_000);
}

#[test]
fn peer_without_feedback_is_believed_its_remb() {
    let mut pair = Pair::new();
    for second in 0..10 {
        pair.now = second * 1_000;
        let now = pair.at();
        pair.controller.handle_remb(Bitrate::kbps(2_000), now);
        pair.controller.unnumbered_packet_sent(1_000, now);
    }
    assert_eq!(pair.available(), 2_000);
    let now = pair.at();
    pair.controller
        .handle_receiver_report(128, Some(ms(50)), now);
    assert_eq!(pair.available(), 1_500);
}

#[test]
fn initial_estimate_can_be_set_until_something_is_known() {
    let mut pair = Pair::new();
    pair.controller.set_initial(Bitrate::kbps(900));
    assert_eq!(pair.available(), 900);
    pair.run(1, 1.0, true);
    pair.controller.set_initial(Bitrate::kbps(100));
    assert!(pair.available() >= 900, "{}", pair.available());
}

#[test]
fn idle_controller_need_not_be_woken() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    assert_eq!(pair.controller.poll_timeout(), None);
    pair.run(1, 1.0, true);
    for _ in 0..1_000 {
        let Some(due) = pair.controller.poll_timeout() else {
            return;
        };
        pair.now = (due - pair.start).as_millis() as u64 + 1;
        let now = pair.at();
        pair.controller.handle_timeout(now);
        while pair.controller.poll_probe(now).is_some() {
            pair.send(200, None);
        }
    }
    panic!("it never becomes idle");
}

#[test]
fn acknowledging_at_ten_terabits_gains_no_more_than_was_sent() {
    let mut pair = Pair::new();
    let now = pair.at();
    pair.controller.set_desired(WANTED, now);
    for round in 0..200u16 {
        for _ in 0..10 {
            pair.now += 10;
            pair.send(750, None);
        }
        let now = pair.at();
        with_feedback(Seq(round * 10), &[Some(5_000); 10], |feedback| {
            pair.controller.handle_feedback(feedback, now);
        });
    }
    // What was sent is 600 kbit/s.
    assert!(pair.available() <= 1_000, "{}", pair.available());
}

/// What a peer or an owner may do.
#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    Feedback(u16, Vec<Option<i64>>),
    Remb(u64),
    Report(u8, u64),
    Desired(u64),
    Limits(u64, u64),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    // Numbers near those sent, mostly; times that fit one message.
    let arrivals = prop::collection::vec(prop::option::of(0i64..8_000), 1..40);
    prop_oneof![
        4 => (0usize..70_000).prop_map(Step::Send),
        3 => (0u16..300, arrivals, 0i64..1_000_000).prop_map(|(base, mut arrivals, offset)| {
            arrivals.iter_mut().flatten().for_each(|at| *at += offset);
            Step::Feedback(base, arrivals)
        }),
        1 => any::<u64>().prop_map(Step::Remb),
        1 => (any::<u8>(), 0u64..100_000).prop_map(|(loss, rtt)| Step::Report(loss, rtt)),
        1 => any::<u64>().prop_map(Step::Desired),
        1 => (any::<u64>(), any::<u64>()).prop_map(|(min, max)| Step::Limits(min, max)),
        3 => (0u64..5_000).prop_map(Step::Wait),
    ]
}

fn take(pair: &mut Pair, step: Step) {
    let now = pair.at();
    match step {
        Step::Send(size) => pair.send(size, None),
        Step::Feedback(first, arrivals) if arrivals.iter().any(Option::is_some) => {
            with_feedback(Seq(first), &arrivals, |feedback| {
                pair.controller.handle_feedback(feedback, now);
            });
        }
        Step::Feedback(..) => {}
        Step::Remb(rate) => pair.controller.handle_remb(Bitrate(rate), now),
        Step::Report(loss, rtt) => {
            pair.controller
                .handle_receiver_report(loss, Some(ms(rtt)), now);
        }
        Step::Desired(rate) => pair.controller.set_desired(Bitrate(rate), now),
        Step::Limits(min, max) => pair
            .controller
            .set_limits(Bitrate(min), (max > 0).then_some(Bitrate(max))),
        Step::Wait(time) => {
            pair.now += time;
            let now = pair.at();
            pair.controller.handle_timeout(now);
        }
    }
}

proptest! {
    #[test]
    fn estimate_stays_within_its_bounds_and_probes_end_whatever_happens(
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut pair = Pair::new();
        for step in steps {
            take(&mut pair, step);
            let stats = pair.controller.stats();
            prop_assert!(stats.available >= MIN_BITRATE && stats.available <= MAX_BITRATE, "{stats:?}");
            prop_assert!((0.0..=1.0).contains(&stats.loss), "{stats:?}");
            let now = pair.at();
            let mut paddings = 0;
            while let Some(probe) = pair.controller.poll_probe(now) {
                prop_assert!((1..=1_200).contains(&probe.size));
                pair.send(probe.size, Some(probe.id));
                paddings += 1;
                prop_assert!(paddings < 10_000);
            }
        }
    }
}

#[test]
fn who_was_left_with_nothing_to_send_is_probed_for_until_the_path_is_known_again() {
    let mut pair = Pair::new();
    pair.controller.set_desired(WANTED, pair.at());
    pair.run(2, 0.9, true);
    // Everything waits longer and longer, and half of it is lost.
    let mut delay = 0;
    for _ in 0..40 {
        let first = pair.next;
        let mut arrivals = vec![];
        for packet in 0..10 {
            pair.now += 10;
            pair.send(1_000, None);
            delay += 15;
            arrivals.push((packet % 2 == 0).then_some((pair.now + delay) as i64));
        }
        let now = pair.at();
        with_feedback(Seq(first), &arrivals, |feedback| {
            pair.controller.handle_feedback(feedback, now);
        });
    }
    let low = pair.available();
    assert!(low < 300, "{low} kbit/s");
    // From here on nothing but probes is sent, and the owner only says now and then what is wanted.
    for _ in 0..30 {
        pair.now += 1_000;
        pair.controller.set_desired(WANTED, pair.at());
        pair.run(1, 0.0, true);
    }
    assert!(pair.available() > 2_000, "{} kbit/s", pair.available());
}
