use super::*;

#[test]
fn what_is_missing_between_the_first_and_the_last_packet_is_lost_until_it_comes() {
    let meter = ConsumerMeter::default();
    for seq in [10, 11, 14] {
        meter.received(seq, 100);
    }
    assert_eq!(meter.stats().lost, 2);
    for seq in [12, 13, 9] {
        meter.received(seq, 100);
    }
    let stats = meter.stats();
    assert_eq!((stats.packets, stats.bytes, stats.lost), (6, 600, 0));
}

#[test]
fn a_rate_needs_time_to_pass() {
    let now = Instant::now();
    assert_eq!(rate(1_000, None, now), None);
    assert_eq!(rate(1_000, Some(now), now), None);
    let later = now + Duration::from_millis(500);
    assert_eq!(rate(1_000, Some(now), later), Some(Bitrate(16_000)));
}
