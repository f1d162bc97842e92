use super::*;
use crate::testing::base;
use proptest::prelude::*;

/// The sender's clock at our start.
const SENDER_START_S: u64 = 3_900_000_000;

fn ntp(ms: u64) -> NtpTime {
    NtpTime((SENDER_START_S << 32) + ((ms << 32) / 1_000))
}

fn at(start: Instant, ms: u64) -> Instant {
    start + Duration::from_millis(ms)
}

/// A sender whose reports take `delays` ms to us, one a second.
fn sender(start: Instant, delays: &[u64], rtt: Option<Duration>) -> SenderClock {
    let mut clock = SenderClock::default();
    for (i, delay) in (0..).zip(delays) {
        clock.sender_report(ntp(i * 1_000), rtt, at(start, i * 1_000 + delay));
    }
    clock
}

fn near(found: Option<Instant>, expected: Instant) -> bool {
    found.is_some_and(|found| {
        found.max(expected).duration_since(found.min(expected)) < Duration::from_micros(10)
    })
}

#[test]
fn capture_time_is_known_after_three_reports() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, false);
    stream.sender_report(ntp(2_000), RtpTime(180_000));
    let two = sender(start, &[20, 20], None);
    assert_eq!(stream.captured_at(RtpTime(180_000), &two), None);
    let three = sender(start, &[20, 20, 20], None);
    assert!(near(
        stream.captured_at(RtpTime(180_000), &three),
        at(start, 2_020)
    ));
    assert!(near(
        stream.captured_at(RtpTime(180_000 + 9_000), &three),
        at(start, 2_120)
    ));
    assert!(near(
        stream.captured_at(RtpTime(180_000 - 9_000), &three),
        at(start, 1_920)
    ));
}

#[test]
fn one_late_report_does_not_move_the_median() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, false);
    stream.sender_report(ntp(0), RtpTime(0));
    let clock = sender(start, &[20, 20, 900, 20, 20], None);
    assert!(near(stream.captured_at(RtpTime(0), &clock), at(start, 20)));
}

#[test]
fn half_a_round_trip_is_taken_off() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, false);
    stream.sender_report(ntp(0), RtpTime(0));
    let clock = sender(start, &[50; 5], Some(Duration::from_millis(80)));
    assert!(near(stream.captured_at(RtpTime(0), &clock), at(start, 10)));
}

#[test]
fn reports_of_one_moment_count_once() {
    let (start, mut clock) = (base(), SenderClock::default());
    (0..7).for_each(|_| clock.sender_report(ntp(0), None, start));
    assert_eq!(clock.len, 1);
}

#[test]
fn timestamps_far_from_the_report_are_unknown() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, false);
    stream.sender_report(ntp(0), RtpTime(0));
    let clock = sender(start, &[20; 3], None);
    assert!(stream.captured_at(RtpTime(900_000), &clock).is_some());
    assert_eq!(stream.captured_at(RtpTime(900_090), &clock), None);
}

#[test]
fn capture_times_in_packets_replace_reports() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, true);
    stream.sender_report(ntp(0), RtpTime(0));
    let clock = sender(start, &[20; 3], None);
    assert_eq!(stream.captured_at(RtpTime(0), &clock), None);
    let ahead = 5i64 << 32;
    let captured = AbsCaptureTime {
        timestamp: ntp(5_500),
        clock_offset: Some(ahead),
    };
    stream.packet(RtpTime(90_000), Some(captured), start);
    assert!(near(
        stream.captured_at(RtpTime(99_000), &clock),
        at(start, 620)
    ));
    assert_eq!(stream.captured_at(RtpTime(90_000 + 450_090), &clock), None);
}

#[test]
fn capture_times_that_never_come_give_way_to_reports() {
    let start = base();
    let mut stream = CaptureClock::new(90_000, true);
    stream.sender_report(ntp(0), RtpTime(0));
    let clock = sender(start, &[20; 3], None);
    stream.packet(RtpTime(0), None, start);
    stream.packet(RtpTime(0), None, at(start, 5_000));
    assert_eq!(stream.captured_at(RtpTime(0), &clock), None);
    stream.packet(RtpTime(0), None, at(start, 5_001));
    assert!(stream.captured_at(RtpTime(0), &clock).is_some());
}

#[test]
fn forwarded_offset_leads_from_our_clock_to_the_capturer() {
    let start = base();
    // Our NTP clock is 3 s ahead of the sender's.
    let our_ntp = ntp(3_000);
    let known = sender(start, &[0; 3], None);
    let offset = known
        .forwarded_offset(Some(1 << 32), our_ntp, start)
        .unwrap();
    assert!((offset - (-2i64 << 32)).abs() < 1 << 16, "{offset}");
    assert_eq!(
        SenderClock::default().forwarded_offset(None, our_ntp, start),
        Some(0)
    );
    assert_eq!(known.forwarded_offset(Some(i64::MIN), our_ntp, start), None);
}

proptest! {
    #[test]
    fn streams_of_one_sender_stay_together(delays in prop::collection::vec(0u64..300, 3..12), audio_ts: u32, video_ts: u32, ms in 0u64..9_000) {
        let start = base();
        let clock = sender(start, &delays, None);
        let (mut audio, mut video) = (CaptureClock::new(48_000, false), CaptureClock::new(90_000, false));
        audio.sender_report(ntp(0), RtpTime(audio_ts));
        video.sender_report(ntp(0), RtpTime(video_ts));
        let heard = audio.captured_at(RtpTime(audio_ts.wrapping_add((ms * 48) as u32)), &clock);
        let seen = video.captured_at(RtpTime(video_ts.wrapping_add((ms * 90) as u32)), &clock).unwrap();
        prop_assert!(near(heard, seen));
    }
}
