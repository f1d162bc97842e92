use super::*;
use crate::testing::base;

fn at(seconds: u64, start: Instant) -> Instant {
    start + Duration::from_secs(seconds)
}

#[test]
fn nobody_is_held_who_never_fell() {
    assert!(RiseHold::default().may_rise(base()));
}

#[test]
fn after_a_fall_a_rise_waits() {
    let start = base();
    let mut hold = RiseHold::default();
    hold.fell(start);
    assert!(!hold.may_rise(at(1, start)));
    assert!(hold.may_rise(at(2, start)));
}

#[test]
fn each_rise_that_did_not_last_doubles_the_wait_up_to_a_limit() {
    let start = base();
    let mut hold = RiseHold::default();
    hold.fell(start);
    let (mut now, mut waits) = (start, vec![]);
    for _ in 0..7 {
        let fallen = now;
        while !hold.may_rise(now) {
            now += Duration::from_secs(1);
        }
        waits.push(now.duration_since(fallen).as_secs());
        hold.rose(now);
        now += Duration::from_secs(3);
        hold.fell(now);
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 40, 40]);
}

#[test]
fn a_rise_that_lasted_makes_the_next_fall_the_first_again() {
    let start = base();
    let mut hold = RiseHold::default();
    hold.fell(start);
    hold.rose(at(2, start));
    hold.fell(at(4, start));
    hold.rose(at(8, start));
    hold.fell(at(60, start));
    assert!(!hold.may_rise(at(61, start)));
    assert!(hold.may_rise(at(62, start)));
}
