use super::*;
use crate::testing::ms;

/// Sends at a rate for a second with an estimate of 1 Mbit/s.
fn send(limit: &mut ApplicationLimit, from: u64, kbps: u64) {
    for step in 0..100 {
        limit.update(kbps * 10 / 8, Bitrate::kbps(1_000), ms(from + step * 10));
    }
}

#[test]
fn sender_of_half_the_estimate_is_limited_and_one_of_most_of_it_is_not() {
    let mut limit = ApplicationLimit::default();
    send(&mut limit, 0, 900);
    assert!(!limit.is_limited());
    send(&mut limit, 1_000, 100);
    assert!(limit.is_limited());
    send(&mut limit, 2_000, 300);
    assert!(limit.is_limited());
    send(&mut limit, 3_000, 1_000);
    assert!(!limit.is_limited());
}

#[test]
fn silence_is_a_limit() {
    let mut limit = ApplicationLimit::default();
    send(&mut limit, 0, 1_000);
    limit.update(0, Bitrate::kbps(1_000), ms(3_000));
    assert!(limit.is_limited());
}
