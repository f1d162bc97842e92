use super::*;
use crate::testing::base;

const MUCH: Bitrate = Bitrate::kbps(1_000);

fn at(seconds: u64, start: Instant) -> Instant {
    start + Duration::from_secs(seconds)
}

/// Whether consumers may rise to all that they held.
fn may_rise(ceiling: &mut Ceiling, now: Instant) -> bool {
    ceiling.get(MUCH, now) >= MUCH
}

/// Seconds that each of these falls is followed by waiting, when each rise lasts for so long.
fn waits(falls: usize, lasting: u64) -> Vec<u64> {
    let start = base();
    let mut ceiling = Ceiling::default();
    let mut now = start;
    let mut waits = vec![];
    for _ in 0..falls {
        ceiling.fell(MUCH, now);
        let fallen = now;
        while !may_rise(&mut ceiling, now) {
            now += Duration::from_secs(1);
        }
        waits.push(now.duration_since(fallen).as_secs());
        now += Duration::from_secs(lasting);
    }
    waits
}

#[test]
fn there_is_none_before_anybody_fell() {
    assert!(may_rise(&mut Ceiling::default(), base()));
}

#[test]
fn after_a_fall_rises_stop_short_of_what_was_held_for_a_while() {
    let start = base();
    let mut ceiling = Ceiling::default();
    ceiling.fell(MUCH, start);
    assert_eq!(ceiling.get(MUCH, at(1, start)), Bitrate::kbps(950));
    assert!(may_rise(&mut ceiling, at(5, start)));
}

#[test]
fn each_rise_that_does_not_last_doubles_the_wait_up_to_a_limit() {
    assert_eq!(waits(5, 3), [5, 10, 20, 40, 40]);
}

#[test]
fn a_rise_that_lasted_makes_the_next_fall_the_first_again() {
    assert_eq!(waits(3, 20), [5, 5, 5]);
}

#[test]
fn a_fall_in_steps_is_one() {
    let start = base();
    let mut ceiling = Ceiling::default();
    ceiling.fell(MUCH, start);
    ceiling.fell(Bitrate::kbps(950), at(1, start));
    assert!(may_rise(&mut ceiling, at(6, start)));
}

#[test]
fn a_fall_from_much_less_is_the_first_on_another_path() {
    let start = base();
    let mut ceiling = Ceiling::default();
    ceiling.fell(MUCH, start);
    ceiling.fell(Bitrate::kbps(300), at(3, start));
    let steady = Bitrate::kbps(320);
    assert_eq!(ceiling.get(steady, at(7, start)), Bitrate::kbps(285));
    assert_eq!(ceiling.get(steady, at(8, start)), Bitrate(u64::MAX));
}

#[test]
fn far_more_that_is_steady_lifts_it() {
    let start = base();
    let mut ceiling = Ceiling::default();
    ceiling.fell(MUCH, start);
    assert!(ceiling.get(Bitrate::kbps(1_300), start) > MUCH);
    assert!(may_rise(&mut ceiling, start));
}
