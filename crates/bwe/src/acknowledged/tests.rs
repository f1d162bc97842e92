use super::*;
use crate::testing::{arrived, ms};

/// Packets of 1,200 bytes, sent and arriving at these distances.
fn measured(count: u64, sent_every: u64, arriving_every: u64) -> AcknowledgedBitrate {
    let mut acknowledged = AcknowledgedBitrate::new();
    for number in 0..count {
        let packet = arrived(ms(number * sent_every), ms(5_000 + number * arriving_every));
        acknowledged.add(&[packet]);
    }
    acknowledged
}

#[test]
fn rate_is_that_of_arrival_when_a_queue_grows() {
    let rate = measured(100, 8, 12).bitrate().unwrap();
    assert_eq!(rate, Bitrate::kbps(800));
}

#[test]
fn arriving_faster_than_sent_proves_no_more_than_was_sent() {
    let rate = measured(100, 12, 1).bitrate().unwrap();
    assert_eq!(rate, Bitrate::kbps(800));
    assert_eq!(measured(100, 12, 0).bitrate(), None);
}

#[test]
fn few_packets_have_no_rate() {
    assert_eq!(measured(9, 10, 10).bitrate(), None);
    assert!(measured(10, 10, 10).bitrate().is_some());
}

#[test]
fn one_pause_does_not_lower_the_rate_of_what_surrounds_it() {
    let mut acknowledged = measured(20, 10, 10);
    for number in 20..40 {
        let packet = arrived(ms(number * 10), ms(5_200 + number * 10));
        acknowledged.add(&[packet]);
    }
    assert_eq!(acknowledged.bitrate(), Some(Bitrate::kbps(960)));
}

#[test]
fn recent_rate_follows_a_link_that_has_become_slower() {
    let mut acknowledged = measured(50, 10, 10);
    for number in 0..8 {
        let packet = arrived(ms(500 + number * 10), ms(5_500 + number * 40));
        acknowledged.add(&[packet]);
    }
    let recent = acknowledged.recent().unwrap();
    assert_eq!(recent, Bitrate::kbps(240));
    assert!(acknowledged.bitrate().unwrap() > Bitrate::kbps(400));
}

#[test]
fn packets_that_no_message_told_of_count_as_arrived() {
    let mut acknowledged = AcknowledgedBitrate::new();
    for number in 0..50 {
        let mut packet = arrived(ms(number * 20), ms(5_000 + number * 20));
        packet.untold = 1_200;
        acknowledged.add(&[packet]);
    }
    let rate = acknowledged.bitrate().unwrap();
    assert!(
        (Bitrate::kbps(930)..Bitrate::kbps(990)).contains(&rate),
        "{rate:?}"
    );
}

#[test]
fn sent_rate_is_that_of_the_last_whole_window() {
    let mut sent = SentBitrate::default();
    for number in 0..25 {
        sent.add(1_250, ms(number * 100));
    }
    assert_eq!(sent.bitrate(ms(2_450)), Bitrate::kbps(100));
    assert_eq!(sent.bitrate(ms(60_000)).0 / 1_000, 0);
}
