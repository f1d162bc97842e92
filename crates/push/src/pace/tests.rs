use std::time::{Duration, Instant};

use super::{Due, Pacer, Repeats};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn frames_wait_for_their_time_counted_from_the_first() {
    let start = Instant::now() + ms(10_000);
    let mut pacer = Pacer::new(true, None);
    // The source begins at seven seconds, and is read faster than it plays.
    for frame in [0, 40, 80] {
        let due = pacer.due(ms(7_000 + frame), ms(7_000 + frame), start + ms(frame / 10));
        assert_eq!(due.send_at, start + ms(frame));
        assert_eq!(due.captured, due.send_at);
    }
}

#[test]
fn a_frame_that_is_shown_later_is_sent_by_its_decoding_time() {
    let start = Instant::now();
    let mut pacer = Pacer::new(true, None);
    pacer.due(ms(0), ms(0), start);
    let expected = Due {
        send_at: start + ms(40),
        captured: start + ms(120),
    };
    assert_eq!(pacer.due(ms(40), ms(120), start), expected);
}

#[test]
fn a_little_late_changes_nothing_but_much_too_late_sets_the_clock_anew() {
    let start = Instant::now();
    let mut pacer = Pacer::new(true, None);
    pacer.due(ms(0), ms(0), start);
    let late = pacer.due(ms(100), ms(100), start + ms(600));
    assert_eq!(late.captured, start + ms(100));
    let much = pacer.due(ms(200), ms(200), start + ms(701));
    assert_eq!(much.captured, start + ms(701));
    // Both tracks go on from there.
    assert_eq!(
        pacer.due(ms(210), ms(210), start + ms(701)).send_at,
        start + ms(711)
    );
}

#[test]
fn without_keeping_time_frames_go_at_once_but_keep_their_times() {
    let start = Instant::now();
    let mut pacer = Pacer::new(false, None);
    pacer.due(ms(0), ms(0), start);
    let due = pacer.due(ms(500), ms(500), start + ms(1));
    assert_eq!(due.send_at, start + ms(1));
    assert_eq!(due.captured, start + ms(500));
}

#[test]
fn a_live_source_is_counted_from_its_beginning_however_late_its_first_frames_are_read() {
    let start = Instant::now();
    let mut pacer = Pacer::new(false, Some(start));
    let now = start + ms(900);
    assert_eq!(pacer.due(ms(7_000), ms(7_000), now).captured, start);
    assert_eq!(
        pacer.due(ms(7_890), ms(7_890), now).captured,
        start + ms(890)
    );
}

#[test]
fn what_was_held_is_later_by_as_much() {
    let start = Instant::now();
    let mut pacer = Pacer::new(true, None);
    pacer.due(ms(0), ms(0), start);
    pacer.hold(ms(60_000));
    let now = start + ms(60_010);
    assert_eq!(pacer.due(ms(20), ms(20), now).send_at, start + ms(60_020));
}

#[test]
fn a_round_begins_where_the_longest_track_of_the_last_one_ended() {
    let mut repeats = Repeats::default();
    repeats.saw(ms(960), Some(ms(40)));
    repeats.saw(ms(900), None);
    assert_eq!(repeats.shifted(ms(5)), ms(5));
    assert!(repeats.begin_again());
    assert_eq!(repeats.shifted(ms(5)), ms(1_005));
    repeats.saw(ms(980), None);
    assert!(repeats.begin_again());
    assert_eq!(repeats.shifted(ms(0)), ms(2_000));
}

#[test]
fn a_round_without_frames_is_not_repeated() {
    assert!(!Repeats::default().begin_again());
}
