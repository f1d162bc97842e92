use super::*;
use crate::testing::base;
use std::time::Duration;

fn feed(arrivals_ms: impl Iterator<Item = u64>) -> u32 {
    let (start, mut jitter) = (base(), Jitter::new(48_000));
    for (ts, at) in (0..).step_by(960).zip(arrivals_ms) {
        jitter.receive(
            RtpTime(4_294_960_000u32.wrapping_add(ts)),
            start + Duration::from_millis(at),
        );
    }
    jitter.get()
}

#[test]
fn even_arrivals_have_no_jitter() {
    assert_eq!(feed((0..500).map(|i| i * 20)), 0);
}

#[test]
fn alternating_delay_converges_to_its_step() {
    // Every second packet 10 ms late: each transit differs by 480 ticks from the one before.
    let jitter = feed((0..500).map(|i| i * 20 + i % 2 * 10));
    assert!((470..=490).contains(&jitter), "{jitter}");
}

#[test]
fn wild_timestamps_do_not_overflow() {
    let (start, mut jitter) = (base(), Jitter::new(u32::MAX));
    for i in 0..1_000u32 {
        jitter.receive(
            RtpTime(i.wrapping_mul(0x8000_0001)),
            start + Duration::from_secs(u64::from(i) * 86_400),
        );
    }
    assert!(jitter.get() > 0);
}
