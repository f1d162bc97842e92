//! Feedback that is not true: bounded, counted, and got over.

use super::*;

impl Pair {
    /// Sends what is allowed for some seconds, and tells of it as `told` makes it of the time in ms at which each packet
    /// really arrived.
    fn lie(&mut self, seconds: u64, told: impl Fn(i64) -> Option<i64>) {
        let end = self.now + seconds * 1_000;
        while self.now < end {
            let first = self.next;
            let mut arrivals = vec![];
            for _ in 0..10 {
                self.now += 10;
                let now = self.at();
                self.controller.handle_timeout(now);
                while let Some(probe) = self.controller.poll_probe(now) {
                    self.send(probe.size, Some(probe.id));
                    arrivals.push(told(self.now as i64));
                }
                let allowed = self.controller.available().0.min(4_000_000) / 800;
                self.send(allowed as usize, None);
                arrivals.push(told(self.now as i64));
            }
            let now = self.at();
            with_feedback(Seq(first), &arrivals, |feedback| {
                self.controller.handle_feedback(feedback, now);
            });
        }
    }

    /// A pair that has been told the truth for long enough to know the path.
    fn trusting() -> Self {
        let mut pair = Self::new();
        pair.controller.set_desired(WANTED, pair.at());
        pair.lie(3, Some);
        assert!(pair.available() > 3_500, "{}", pair.available());
        pair
    }

    /// Whether the truth makes the path known again.
    fn recovers(&mut self) -> bool {
        self.lie(30, Some);
        self.available() > 2_500
    }
}

#[test]
fn who_says_that_nearly_nothing_arrives_gets_little_until_something_does() {
    let mut pair = Pair::trusting();
    pair.lie(20, |at| Some(at).filter(|at| at % 100 == 10));
    assert!(pair.available() < 300, "{}", pair.available());
    assert!(pair.recovers(), "{}", pair.available());
}

#[test]
fn clock_that_runs_backwards_is_counted_and_got_over() {
    let mut pair = Pair::trusting();
    let end = pair.now as i64;
    pair.lie(20, move |at| Some(2 * end - at + 40_000));
    let stats = pair.controller.stats();
    assert!(
        stats.refused.clock_jumps + stats.refused.implausible_times > 0,
        "{stats:?}"
    );
    assert!(pair.recovers(), "{}", pair.available());
}

#[test]
fn clock_that_jumps_to_and_fro_is_counted_and_got_over() {
    let mut pair = Pair::trusting();
    pair.lie(20, |at| {
        Some(at + if (at - 1) / 100 % 2 == 0 { 60_000 } else { 0 })
    });
    assert!(pair.controller.stats().refused.clock_jumps > 10);
    assert!(pair.recovers(), "{}", pair.available());
}

#[test]
fn clock_that_stands_still_proves_no_more_than_was_sent() {
    let mut pair = Pair::trusting();
    pair.lie(20, |_| Some(3_000));
    assert!(pair.available() <= 12_000, "{}", pair.available());
    assert!(pair.recovers(), "{}", pair.available());
}

#[test]
fn remb_of_any_size_leaves_the_estimate_within_its_limits() {
    let mut pair = Pair::trusting();
    let known = pair.available();
    for (told, allowed) in [
        (10_000_000_000_000, known),
        (u64::MAX, known),
        (1, 30),
        (0, known),
    ] {
        pair.controller.handle_remb(Bitrate(told), pair.at());
        assert_eq!(pair.available(), allowed, "{told} bit/s");
    }
}

#[test]
fn remb_of_ten_terabits_alone_stays_within_the_greatest_estimate_and_is_taken_back() {
    let mut pair = Pair::new();
    pair.controller.set_desired(WANTED, pair.at());
    pair.controller
        .handle_remb(Bitrate(10_000_000_000_000), pair.at());
    assert!(pair.controller.available() <= MAX_BITRATE);
    pair.controller.handle_remb(Bitrate::kbps(300), pair.at());
    assert_eq!(pair.available(), 300);
}

#[test]
fn who_never_tells_anything_is_probed_a_bounded_number_of_times() {
    let mut pair = Pair::new();
    pair.controller.set_desired(WANTED, pair.at());
    pair.run(60, 1.0, false);
    let stats = pair.controller.stats();
    assert!(
        stats.probes_sent <= 60,
        "{} probes in a minute",
        stats.probes_sent
    );
    assert_eq!((stats.probes_measured, pair.available()), (0, 600));
}
