use std::sync::Arc;

use super::*;

#[test]
fn each_count_has_its_own_place() {
    let counters = Counters::default();
    counters.add(Count::RoomOpened);
    counters.add(Count::BodyTooLong);
    counters.add(Count::BodyTooLong);
    assert_eq!(counters.get(Count::RoomOpened), 1);
    assert_eq!(counters.get(Count::BodyTooLong), 2);
    assert_eq!(counters.get(Count::RoomFailed), 0);
}

#[test]
fn the_text_names_requests_by_method_and_outcome() {
    let counters = Counters::default();
    counters.add_request("join", None);
    counters.add_request("join", Some(500));
    let mut text = String::new();
    counters.write(&mut text);
    assert!(text.contains("miso_requests_total{method=\"join\",outcome=\"ok\"} 1\n"));
    assert!(text.contains("miso_requests_total{method=\"join\",outcome=\"500\"} 1\n"));
}

#[test]
fn a_gauge_falls_when_what_it_counts_is_dropped() {
    let gauge = Arc::new(Gauge::default());
    let held = gauge.hold();
    assert_eq!(gauge.value(), 1);
    drop(held);
    assert_eq!(gauge.value(), 0);
}
