use super::*;
use crate::testing::ms;

/// Sends and looks every 100 ms; what is left.
fn sending(silence: &mut Silence, from: u64, to: u64) -> f64 {
    for millis in (from..to).step_by(100) {
        silence.packet_sent(ms(millis));
        silence.update(ms(millis));
    }
    silence.factor()
}

#[test]
fn peer_that_falls_silent_gets_less_each_second() {
    let mut silence = Silence::new();
    sending(&mut silence, 0, 1_000);
    silence.heard_feedback();
    assert_eq!(sending(&mut silence, 1_000, 4_000), 1.0);
    let left = sending(&mut silence, 4_000, 7_000);
    assert!((left - 0.512).abs() < 1e-9, "{left}");
}

#[test]
fn peer_that_is_heard_again_begins_with_what_was_left() {
    let mut silence = Silence::new();
    silence.heard_feedback();
    sending(&mut silence, 0, 4_000);
    assert_eq!(silence.heard_feedback(), 0.8);
    assert_eq!(silence.factor(), 1.0);
}

#[test]
fn peer_that_was_never_heard_is_not_silent() {
    assert_eq!(sending(&mut Silence::new(), 0, 60_000), 1.0);
}

#[test]
fn peer_that_only_reports_may_be_silent_longer() {
    let mut silence = Silence::new();
    silence.heard_report();
    assert_eq!(sending(&mut silence, 0, 12_000), 1.0);
    assert!(sending(&mut silence, 12_000, 13_000) < 1.0);
}

#[test]
fn nothing_is_taken_while_nothing_is_sent() {
    let mut silence = Silence::new();
    silence.heard_feedback();
    silence.packet_sent(ms(0));
    for second in 1..60 {
        silence.update(ms(second * 1_000));
    }
    assert_eq!(silence.factor(), 1.0);
}
