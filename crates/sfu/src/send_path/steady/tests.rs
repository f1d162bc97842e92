use super::*;
use crate::testing::base;

/// What is steady after these estimates, one each quarter of a second from the end of the beginning on.
fn after(estimates: &[u64]) -> u64 {
    let start = base();
    let mut steady = Steady::new(start);
    let mut now = start + BEGINNING;
    let mut last = Bitrate::ZERO;
    for estimate in estimates {
        last = steady.add(Bitrate(*estimate), now);
        now += Duration::from_millis(250);
    }
    last.0
}

#[test]
fn at_the_beginning_every_estimate_counts_at_once() {
    let start = base();
    let mut steady = Steady::new(start);
    assert_eq!(steady.add(Bitrate(100), start), Bitrate(100));
    let later = start + Duration::from_secs(1);
    assert_eq!(steady.add(Bitrate(900), later), Bitrate(900));
}

#[test]
fn a_fall_counts_at_once() {
    assert_eq!(after(&[900, 900, 900, 300]), 300);
}

#[test]
fn a_rise_counts_when_it_has_lasted() {
    let rising = |times: usize| [vec![300; 10], vec![900; times]].concat();
    assert_eq!(after(&rising(1)), 300);
    assert_eq!(after(&rising(3)), 300);
    assert_eq!(after(&rising(5)), 900);
}

#[test]
fn a_jump_up_and_back_counts_for_nothing() {
    let estimates = [vec![300; 10], vec![900; 3], vec![300; 4]].concat();
    assert_eq!(after(&estimates), 300);
}

#[test]
fn after_a_long_pause_only_what_is_now_counts() {
    let start = base();
    let mut steady = Steady::new(start);
    steady.add(Bitrate(300), start + BEGINNING);
    let much_later = start + Duration::from_secs(3_600);
    assert_eq!(steady.add(Bitrate(900), much_later), Bitrate(900));
}
