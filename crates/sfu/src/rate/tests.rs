use super::*;
use crate::testing::base;
use proptest::prelude::*;

#[test]
fn steady_stream_shows_its_bitrate() {
    let (start, mut counter) = (base(), RateCounter::new(RATE_WINDOW));
    for i in 0..300u64 {
        counter.add(1_250, start + Duration::from_millis(i * 10));
    }
    let rate = counter.bitrate(start + Duration::from_millis(2_990)).0;
    assert!((950_000..=1_050_000).contains(&rate), "{rate}");
    assert_eq!(counter.total_packets(), 300);
    assert_eq!(counter.total_bytes(), 375_000);
}

#[test]
fn rate_falls_to_zero_one_window_after_the_last_packet() {
    let (start, mut counter) = (base(), RateCounter::new(RATE_WINDOW));
    counter.add(1_000, start);
    assert_eq!(
        counter.bitrate(start + Duration::from_millis(900)),
        Bitrate(8_000)
    );
    assert_eq!(
        counter.bitrate(start + Duration::from_millis(1_000)),
        Bitrate::ZERO
    );
    assert_eq!(
        counter.bitrate(start + Duration::from_secs(3_600)),
        Bitrate::ZERO
    );
}

#[test]
fn long_silence_leaves_nothing_of_the_past_in_the_window() {
    let (start, mut counter) = (base(), RateCounter::new(RATE_WINDOW));
    for i in 0..100 {
        counter.add(1_000, start + Duration::from_millis(i * 10));
    }
    let later = start + Duration::from_secs(60);
    counter.add(500, later);
    assert_eq!(counter.bitrate(later), Bitrate(4_000));
}

proptest! {
    #[test]
    fn window_agrees_with_a_list_of_all_packets(gaps in prop::collection::vec((0u64..400, 0usize..2_000), 1..200)) {
        let (start, mut counter, mut all, mut at) = (base(), RateCounter::new(RATE_WINDOW), Vec::new(), 0);
        for (gap, bytes) in gaps {
            at += gap;
            counter.add(bytes, start + Duration::from_millis(at));
            let first = all.first().map_or(at, |&(first, _)| first);
            all.push((at, bytes as u64));
            let newest_step = (at - first) / 25;
            let expected: u64 = all.iter().filter(|(t, _)| (t - first) / 25 + 40 > newest_step).map(|(_, b)| b).sum();
            prop_assert_eq!(counter.bitrate(start + Duration::from_millis(at)).0, expected * 8);
        }
    }
}
