use super::*;
use crate::testing::base;

const STREAM: Ssrc = Ssrc(1);

/// Requests in virtual time.
struct Bench {
    start: Instant,
    requests: KeyFrameRequests,
}

impl Bench {
    fn new(delay_ms: u64) -> Self {
        Self {
            start: base(),
            requests: KeyFrameRequests::new(Duration::from_millis(delay_ms)),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn sent(&mut self) -> usize {
        std::iter::from_fn(|| self.requests.poll_request()).count()
    }

    fn need(&mut self, ms: u64) -> usize {
        self.requests.need(STREAM, self.at(ms));
        self.sent()
    }

    fn force(&mut self, ms: u64) -> usize {
        self.requests.force(STREAM, self.at(ms));
        self.sent()
    }

    /// Lets time pass; the times of the requests that this causes.
    fn run_until(&mut self, end: u64) -> Vec<u64> {
        let mut times = Vec::new();
        while let Some(at) = self
            .requests
            .poll_timeout()
            .filter(|&at| at <= self.at(end))
        {
            self.requests.handle_timeout(at);
            let ms = at.duration_since(self.start).as_millis() as u64;
            times.extend(std::iter::repeat_n(ms, self.sent()));
        }
        times
    }
}

#[test]
fn unanswered_request_is_repeated_once_after_a_second() {
    let mut bench = Bench::new(0);
    assert_eq!(bench.need(0), 1);
    assert_eq!(bench.run_until(10_000), [1_000]);
    assert_eq!(bench.requests.poll_timeout(), None);
}

#[test]
fn answered_request_is_not_repeated() {
    let mut bench = Bench::new(0);
    bench.need(0);
    bench.requests.received(STREAM);
    assert_eq!(bench.run_until(10_000), [0; 0]);
    assert_eq!(bench.need(500), 1);
}

#[test]
fn wishes_while_a_request_is_pending_send_nothing_but_repeat_it_later() {
    let mut bench = Bench::new(0);
    bench.need(0);
    assert_eq!(bench.need(10) + bench.need(900), 0);
    assert_eq!(bench.run_until(1_000), [1_000]);
    assert_eq!(bench.need(1_500), 0);
    assert_eq!(bench.run_until(10_000), [2_000]);
}

#[test]
fn forced_request_restarts_the_window_and_waits_for_the_bound_only() {
    let mut bench = Bench::new(0);
    bench.need(0);
    assert_eq!(bench.force(600), 1);
    assert_eq!(bench.force(601), 0);
    assert_eq!(bench.run_until(10_000), [950, 1_950]);
}

#[test]
fn delay_lets_one_request_pass_per_window_and_makes_up_for_the_held_back_one() {
    let mut bench = Bench::new(3_000);
    assert_eq!(bench.need(0), 1);
    bench.requests.received(STREAM);
    assert_eq!(bench.need(100) + bench.need(200), 0);
    assert_eq!(bench.run_until(3_000), [3_000]);
    bench.requests.received(STREAM);
    assert_eq!(bench.run_until(10_000), [0; 0]);
    assert_eq!(bench.need(10_000), 1);
}

#[test]
fn forced_request_passes_a_delay_and_opens_it_anew() {
    let mut bench = Bench::new(3_000);
    bench.need(0);
    bench.requests.received(STREAM);
    assert_eq!(bench.force(2_000), 1);
    bench.requests.received(STREAM);
    assert_eq!(bench.need(4_000), 0);
    assert_eq!(bench.run_until(10_000), [5_000, 6_000]);
}

#[test]
fn streams_do_not_disturb_each_other() {
    let mut bench = Bench::new(0);
    bench.need(0);
    bench.requests.need(Ssrc(2), bench.at(10));
    assert_eq!(bench.requests.poll_request(), Some(Ssrc(2)));
    bench.requests.received(Ssrc(2));
    assert_eq!(bench.run_until(10_000), [1_000]);
}

#[test]
fn cleared_manager_owes_nothing() {
    let mut bench = Bench::new(100);
    bench.need(0);
    bench.requests.clear();
    assert_eq!(bench.requests.poll_timeout(), None);
}

/// For ten seconds someone wants key frames of these streams all the time, and the sender answers as fast as this; every
/// two seconds the producer is paused for a moment. How often each stream was asked for.
fn storm(streams: &[Ssrc], answer_after: Duration) -> Vec<usize> {
    let mut bench = Bench::new(0);
    let mut asked = vec![0; streams.len()];
    let mut answers: Vec<(Instant, Ssrc)> = Vec::new();
    for ms in 0..10_000 {
        let now = bench.at(ms);
        answers.retain(|(at, ssrc)| {
            let is_due = *at <= now;
            if is_due {
                bench.requests.received(*ssrc);
            }
            !is_due
        });
        if ms % 2_000 == 1_999 {
            bench.requests.clear();
        }
        bench.requests.handle_timeout(now);
        for (index, ssrc) in streams.iter().enumerate() {
            if (ms as usize + index).is_multiple_of(7) {
                bench.requests.force(*ssrc, now);
            }
            bench.requests.need(*ssrc, now);
        }
        while let Some(ssrc) = bench.requests.poll_request() {
            asked[streams.iter().position(|it| *it == ssrc).unwrap()] += 1;
            answers.push((now + answer_after, ssrc));
        }
    }
    asked
}

#[test]
fn however_fast_wishes_are_granted_a_stream_is_asked_once_a_second() {
    for answer_ms in [0, 1, 50, 400, 2_000, 60_000] {
        let asked = storm(&[STREAM], Duration::from_millis(answer_ms));
        assert!((9..=13).contains(&asked[0]), "{answer_ms} ms: {asked:?}");
    }
}

#[test]
fn streams_of_a_producer_share_two_requests_a_second_evenly() {
    let streams = [1, 2, 3, 4, 5, 6].map(Ssrc);
    for answer_ms in [0, 1, 50, 400, 2_000] {
        let asked = storm(&streams, Duration::from_millis(answer_ms));
        let all: usize = asked.iter().sum();
        assert!((20..=26).contains(&all), "{answer_ms} ms: {asked:?}");
        assert!(
            asked.iter().all(|it| (3..=6).contains(it)),
            "{answer_ms} ms: {asked:?}"
        );
    }
}

#[test]
fn whoever_asks_seldom_never_waits() {
    let mut bench = Bench::new(0);
    for times in 0..20 {
        // Three viewers come one after another, and then it is quiet.
        for ms in [0, 350, 700] {
            assert_eq!(bench.need(times * 5_000 + ms), 1, "{times}, {ms} ms");
            bench.requests.received(STREAM);
        }
    }
}

#[test]
fn request_that_was_held_back_is_not_made_once_a_key_frame_came() {
    let mut bench = Bench::new(0);
    bench.need(0);
    bench.requests.received(STREAM);
    assert_eq!(bench.need(10), 0);
    assert!(bench.requests.is_asked(STREAM));
    bench.requests.received(STREAM);
    assert!(!bench.requests.is_asked(STREAM));
    assert_eq!(bench.run_until(10_000), [0; 0]);
}
