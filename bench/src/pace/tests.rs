use std::thread;
use std::time::{Duration, Instant};

use super::Pace;

#[test]
fn frames_are_no_closer_than_their_period() {
    let start = Instant::now();
    let mut pace = Pace::new(500);
    for _ in 0..=5 {
        pace.wait();
    }
    assert!(start.elapsed() >= Duration::from_millis(10));
}

#[test]
fn a_late_frame_is_counted_and_not_made_up_for() {
    let mut pace = Pace::new(500);
    pace.wait();
    thread::sleep(Duration::from_millis(20));
    pace.wait();
    assert_eq!(pace.late(), 1);
    let start = Instant::now();
    pace.wait();
    assert!(start.elapsed() >= Duration::from_millis(1));
}
