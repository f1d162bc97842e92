use super::*;
use crate::testing::base;
use std::time::Duration;

/// Hz.
const CLOCK: u32 = 90_000;
const TICKS_PER_MS: u32 = 90;

/// A timeline that sent one packet of stream 0: timestamp 5,000 as it came.
fn timeline() -> Timeline {
    let mut timeline = Timeline::default();
    timeline.sent(0, (RtpTime(5_000), RtpTime(5_000)), base());
    timeline
}

fn takeover(start: Instant, after_ms: u64, since_latest_ms: Option<i64>) -> Takeover {
    Takeover {
        stream: 1,
        ts: RtpTime(4_000_000_000),
        arrival: start + Duration::from_millis(after_ms),
        since_latest: since_latest_ms.map(|ms| ms * 1_000),
    }
}

/// Milliseconds from the latest timestamp to the first of the stream that took over.
fn step(timeline: &Timeline, by: &Takeover) -> i32 {
    let output = by.ts.wrapping_sub(timeline.offset());
    output.0.wrapping_sub(5_000).cast_signed() / TICKS_PER_MS as i32
}

#[test]
fn stream_begins_when_it_was_captured_or_if_unknown_when_it_arrived() {
    let start = timeline().latest().unwrap().arrival;
    for (captured, expected) in [(Some(66), 66), (None, 100), (Some(1), 1)] {
        let mut timeline = timeline();
        timeline.latest = timeline.latest.map(|it| Latest {
            arrival: start,
            ..it
        });
        let by = takeover(start, 100, captured);
        assert!(timeline.take_over(&by, CLOCK));
        assert_eq!(step(&timeline, &by), expected, "{captured:?}");
    }
}

#[test]
fn reports_that_cannot_be_true_are_not_believed() {
    for captured in [-3_000, 3_000, 86_400_000, i64::MAX / 1_000_000] {
        let mut timeline = timeline();
        let by = takeover(timeline.latest.unwrap().arrival, 100, Some(captured));
        assert!(timeline.take_over(&by, CLOCK));
        assert_eq!(step(&timeline, &by), 100, "{captured}");
    }
}

#[test]
fn stream_that_would_begin_a_little_in_the_past_begins_a_frame_later() {
    let mut timeline = timeline();
    let by = takeover(timeline.latest.unwrap().arrival, 5, Some(-40));
    assert!(timeline.take_over(&by, CLOCK));
    assert_eq!(step(&timeline, &by), 33);
}

#[test]
fn stream_that_would_begin_long_ago_is_sent_away_once() {
    let mut timeline = timeline();
    let by = takeover(timeline.latest.unwrap().arrival, 5, Some(-200));
    assert!(!timeline.take_over(&by, CLOCK));
    assert!(timeline.take_over(&by, CLOCK));
    let output = by.ts.wrapping_sub(timeline.offset());
    assert_eq!(output, RtpTime(5_001));
}

#[test]
fn delay_of_one_stream_is_not_passed_on_to_the_next() {
    let mut timeline = timeline();
    let start = timeline.latest.unwrap().arrival;
    let by = takeover(start, 5, Some(-40));
    assert!(timeline.take_over(&by, CLOCK));
    let sent = by.ts.wrapping_sub(timeline.offset());
    timeline.sent(1, (by.ts, sent), by.arrival);
    let back = Takeover {
        stream: 0,
        ts: RtpTime(77),
        arrival: start + Duration::from_millis(205),
        since_latest: Some(200_000),
    };
    assert!(timeline.take_over(&back, CLOCK));
    // 40 ms before the first packet, and 200 ms after that.
    assert_eq!(step(&timeline, &back), 160);
}

#[test]
fn stream_that_goes_on_after_a_pause_keeps_its_timestamps() {
    let mut timeline = timeline();
    let same = Takeover {
        stream: 0,
        ..takeover(base(), 10_000, None)
    };
    assert!(timeline.take_over(&same, CLOCK));
    assert_eq!(timeline.offset(), 0);
}
