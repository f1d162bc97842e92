use miso_wire::Seq;

use super::*;
use crate::testing::{ms, with_counted_feedback, with_feedback};

fn sent(count: u16) -> SentPackets {
    let mut sent = SentPackets::new();
    for number in 0..count {
        let packet = SentPacket {
            at: ms(u64::from(number) * 10),
            size: 1_000,
            probe: None,
        };
        sent.add(Seq(number), packet);
    }
    sent
}

/// Times of arrival on the continuous clock, less its start.
fn read(
    reader: &mut FeedbackReader,
    sent: &mut SentPackets,
    base: u16,
    arrivals: &[Option<i64>],
    now: u64,
) -> Vec<u128> {
    with_feedback(Seq(base), arrivals, |feedback| {
        let news = reader.read(feedback, sent, ms(now));
        let since = |packet: &ArrivedPacket| packet.at.saturating_sub(CLOCK_START).as_millis();
        news.arrived.iter().map(since).collect()
    })
}

#[test]
fn arrivals_are_in_order_on_a_continuous_clock() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(10));
    let first = read(
        &mut reader,
        &mut sent,
        0,
        &[Some(900), Some(950), Some(930)],
        100,
    );
    assert_eq!(first, [0, 30, 50]);
    let second = read(
        &mut reader,
        &mut sent,
        3,
        &[Some(1_000), None, Some(1_010)],
        200,
    );
    assert_eq!(second, [100, 110]);
    assert_eq!(reader.refused, RefusedFeedback::default());
}

#[test]
fn packet_told_as_lost_may_still_arrive() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(3));
    with_feedback(Seq(0), &[Some(1), None, Some(3)], |feedback| {
        let news = reader.read(feedback, &mut sent, ms(50));
        assert_eq!(
            (news.arrived.len(), news.lost.len(), news.recovered),
            (2, 1, 0)
        );
    });
    with_feedback(Seq(1), &[Some(9), Some(3)], |feedback| {
        let news = reader.read(feedback, &mut sent, ms(60));
        assert_eq!(
            (news.arrived.len(), news.lost.len(), news.recovered),
            (1, 0, 1)
        );
    });
}

#[test]
fn numbers_never_sent_are_counted_and_nothing_else() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(2));
    let news = read(
        &mut reader,
        &mut sent,
        500,
        &[Some(1), Some(2), Some(3)],
        50,
    );
    assert_eq!(news, []);
    assert_eq!(reader.refused.unknown_packets, 3);
}

#[test]
fn clock_that_runs_back_is_taken_for_set_anew() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(10));
    read(
        &mut reader,
        &mut sent,
        0,
        &[Some(500_000), Some(500_010)],
        100,
    );
    let news = read(&mut reader, &mut sent, 2, &[Some(1_000), Some(1_010)], 200);
    assert_eq!(news, [110, 120]);
    assert_eq!(reader.refused.clock_jumps, 1);
    assert_eq!(read(&mut reader, &mut sent, 4, &[Some(1_100)], 300), [210]);
    assert_eq!(reader.refused.clock_jumps, 1);
}

#[test]
fn times_too_far_apart_within_a_message_are_passed_over() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(10));
    let news = read(
        &mut reader,
        &mut sent,
        0,
        &[Some(1_000), Some(8_000), Some(15_000), Some(22_000)],
        100,
    );
    assert_eq!(news, [0, 7_000]);
    assert_eq!(reader.refused.implausible_times, 2);
}

#[test]
fn bytes_of_lost_feedback_go_with_the_next_arrival() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(10));
    read(&mut reader, &mut sent, 0, &[Some(1), Some(2)], 50);
    with_feedback(Seq(6), &[None, Some(80), Some(90)], |feedback| {
        let news = reader.read(feedback, &mut sent, ms(150));
        let untold: Vec<u32> = news.arrived.iter().map(|packet| packet.untold).collect();
        assert_eq!(untold, [4_000, 0]);
    });
}

#[test]
fn what_is_left_out_between_messages_of_which_none_is_missing_was_lost() {
    let (mut reader, mut sent) = (FeedbackReader::default(), sent(10));
    read(&mut reader, &mut sent, 0, &[Some(1), Some(2)], 50);
    with_counted_feedback((Seq(6), 1), &[Some(80)], |feedback| {
        let news = reader.read(feedback, &mut sent, ms(150));
        let untold: Vec<u32> = news.arrived.iter().map(|packet| packet.untold).collect();
        assert_eq!((untold, news.lost.len()), (vec![0], 4));
    });
}
