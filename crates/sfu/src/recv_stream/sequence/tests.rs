use super::*;
use proptest::prelude::*;

fn ext(cycle: u64, seq: u64) -> ExtSeq {
    ExtSeq((cycle << 16) + seq)
}

#[test]
fn numbers_extend_over_the_wrap() {
    let mut tracker = SequenceTracker::default();
    assert_eq!(
        tracker.receive(Seq(65_534)),
        Sequenced::InOrder(ext(1, 65_534))
    );
    assert_eq!(tracker.receive(Seq(1)), Sequenced::InOrder(ext(2, 1)));
    assert_eq!(
        tracker.receive(Seq(65_535)),
        Sequenced::Late(ext(1, 65_535))
    );
    assert_eq!(tracker.expected(), 4);
    assert_eq!(tracker.reported_highest(), 0x1_0001);
}

#[test]
fn packet_before_the_first_has_a_number() {
    let mut tracker = SequenceTracker::default();
    tracker.receive(Seq(0));
    assert_eq!(
        tracker.receive(Seq(65_535)),
        Sequenced::Late(ext(0, 65_535))
    );
}

#[test]
fn one_wild_number_is_discarded_and_the_stream_goes_on() {
    let mut tracker = SequenceTracker::default();
    tracker.receive(Seq(100));
    assert_eq!(tracker.receive(Seq(30_000)), Sequenced::Rejected);
    assert_eq!(tracker.receive(Seq(101)), Sequenced::InOrder(ext(1, 101)));
    assert_eq!(tracker.discarded(), 1);
}

#[test]
fn second_number_of_a_new_sequence_resyncs_above_all_old_numbers() {
    let mut tracker = SequenceTracker::default();
    tracker.receive(Seq(40_000));
    assert_eq!(tracker.receive(Seq(7)), Sequenced::Rejected);
    assert_eq!(tracker.receive(Seq(8)), Sequenced::Resynced(ext(2, 8)));
    assert_eq!(tracker.expected(), 2);
    assert_eq!(tracker.reported_highest(), 8);
}

#[test]
fn limits_of_dropout_and_misorder_are_exact() {
    let judge = |seq| {
        let mut tracker = SequenceTracker::default();
        tracker.receive(Seq(10_000));
        tracker.receive(Seq(seq))
    };
    assert_eq!(judge(12_999), Sequenced::InOrder(ext(1, 12_999)));
    assert_eq!(judge(13_000), Sequenced::Rejected);
    assert_eq!(judge(8_501), Sequenced::Late(ext(1, 8_501)));
    assert_eq!(judge(8_500), Sequenced::Rejected);
}

proptest! {
    #[test]
    fn any_two_different_numbers_in_reach_extend_differently(start: u16, steps in prop::collection::vec(-700i64..1_400, 1..300)) {
        let mut tracker = SequenceTracker::default();
        tracker.receive(Seq(start));
        let (first, mut at, mut highest) = (65_536 + i64::from(start), 65_536 + i64::from(start), 65_536 + i64::from(start));
        for step in steps {
            at = (at + step).max(highest - 1_499).max(first);
            let expected = ExtSeq(at as u64);
            let found = tracker.receive(expected.seq());
            prop_assert_eq!(found, if at > highest { Sequenced::InOrder(expected) } else { Sequenced::Late(expected) });
            highest = highest.max(at);
            prop_assert_eq!(tracker.expected(), (highest - first + 1) as u64);
        }
    }
}
