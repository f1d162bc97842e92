use super::*;
use crate::testing::base;

/// Polls every millisecond; when a REMB came and with what bitrate.
fn run(
    limiter: &mut IncomingBitrateLimiter,
    start: Instant,
    range: std::ops::Range<u64>,
) -> Vec<(u64, u64)> {
    range
        .filter_map(|ms| {
            Some((
                ms,
                limiter
                    .poll_remb(None, start + Duration::from_millis(ms))?
                    .0,
            ))
        })
        .collect()
}

#[test]
fn limit_is_said_at_once_and_repeated() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    limiter.set_limit(Bitrate(500), start);
    assert_eq!(
        run(&mut limiter, start, 0..3_001),
        [(0, 500), (1_500, 500), (3_000, 500)]
    );
}

#[test]
fn removal_is_said_four_times() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    limiter.set_limit(Bitrate(500), start);
    run(&mut limiter, start, 0..100);
    limiter.set_limit(Bitrate::ZERO, start + Duration::from_millis(100));
    assert_eq!(
        run(&mut limiter, start, 100..60_000),
        [(100, 0), (1_600, 0), (3_100, 0), (4_600, 0)]
    );
    assert_eq!(limiter.poll_timeout(), None);
}

#[test]
fn without_a_limit_nothing_is_said() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    limiter.set_limit(Bitrate::ZERO, start);
    assert_eq!(run(&mut limiter, start, 0..5_000), []);
}

#[test]
fn estimate_passes_up_to_the_limit() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    assert_eq!(
        limiter.poll_remb(Some(Bitrate(900)), start),
        Some(Bitrate(900))
    );
    limiter.set_limit(Bitrate(500), start);
    assert_eq!(
        limiter.poll_remb(Some(Bitrate(900)), start),
        Some(Bitrate(500))
    );
    assert_eq!(
        limiter.poll_remb(Some(Bitrate(300)), start),
        Some(Bitrate(300))
    );
}

#[test]
fn repetition_never_says_more_than_was_estimated() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    limiter.set_limit(Bitrate(500), start);
    limiter.poll_remb(Some(Bitrate(300)), start);
    assert_eq!(run(&mut limiter, start, 0..1_501), [(1_500, 300)]);
}

#[test]
fn removal_of_the_limit_lets_the_estimate_through() {
    let (start, mut limiter) = (base(), IncomingBitrateLimiter::default());
    limiter.set_limit(Bitrate(500), start);
    limiter.poll_remb(Some(Bitrate(900)), start);
    limiter.set_limit(Bitrate::ZERO, start);
    assert_eq!(limiter.poll_remb(None, start), Some(Bitrate(900)));
}
