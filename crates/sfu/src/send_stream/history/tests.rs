use super::*;
use crate::testing::base;
use proptest::prelude::*;

const GUARD: Duration = Duration::from_millis(100);

fn packet(number: u64, ts: u32) -> SentPacket {
    SentPacket {
        ext_seq: ExtSeq(number),
        input: ExtSeq(number + 500_000),
        source: 0,
        ts: RtpTime(ts),
        marker: false,
        vp8: None,
    }
}

fn holds(history: &SentHistory, number: u64, now: Instant) -> bool {
    history
        .find(ExtSeq(number).seq(), GUARD, now)
        .is_some_and(|found| found.ext_seq.0 == number)
}

#[test]
fn packet_sent_again_is_guarded_for_one_round_trip() {
    let start = base();
    let mut history = SentHistory::new(360_000, start);
    history.push(&packet(10, 0));
    let at = |ms| start + Duration::from_millis(ms);
    assert!(history.mark_resent(ExtSeq(10), at(0)));
    assert!(!holds(&history, 10, at(99)));
    assert!(holds(&history, 10, at(100)));
    assert!(!history.mark_resent(ExtSeq(10), at(100)));
}

#[test]
fn unknown_numbers_are_not_found() {
    let start = base();
    let mut history = SentHistory::new(360_000, start);
    assert!(!holds(&history, 10, start));
    history.push(&packet(10, 0));
    assert!(!holds(&history, 9, start) && !holds(&history, 74, start));
    assert!(!history.mark_resent(ExtSeq(9), start));
    history.clear();
    assert!(!holds(&history, 10, start));
}

#[test]
fn memory_follows_the_rate_of_the_stream() {
    let start = base();
    let mut slow = SentHistory::new(96_000, start);
    (1..5_000).for_each(|number| slow.push(&packet(number, number as u32 * 960)));
    assert_eq!(slow.entries.len(), 128);
    let mut fast = SentHistory::new(360_000, start);
    (1..50_000).for_each(|number| fast.push(&packet(number, number as u32 * 9)));
    assert_eq!(fast.entries.len(), MAX_ENTRIES);
}

#[test]
fn late_packet_does_not_displace_a_newer_one() {
    let start = base();
    let mut history = SentHistory::new(360_000, start);
    (100..140).for_each(|number| history.push(&packet(number, number as u32 * 3_000)));
    history.push(&packet(60, 60 * 3_000));
    assert!(holds(&history, 124, start) && holds(&history, 60, start));
}

proptest! {
    #[test]
    fn every_packet_within_the_age_limit_is_found(start_number in 1u64..1 << 34, gaps in prop::collection::vec((1u64..4, 0u32..3_000), 1..500)) {
        let start = base();
        let mut history = SentHistory::new(90_000, start);
        let (mut number, mut ts, mut sent) = (start_number, u32::MAX - 50_000, Vec::new());
        for (step, ticks) in gaps {
            number += step;
            ts = ts.wrapping_add(ticks);
            history.push(&packet(number, ts));
            sent.push((number, ts));
        }
        for &(held, then) in &sent {
            if ts.wrapping_sub(then) <= 90_000 {
                prop_assert!(holds(&history, held, start), "{held} of {number}");
            }
        }
    }
}
