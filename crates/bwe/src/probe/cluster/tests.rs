use super::*;
use crate::testing::ms;

const PLAN: PlannedProbe = PlannedProbe {
    id: 7,
    rate: Bitrate::kbps(4_000),
    length: 1,
};

#[test]
fn probe_keeps_its_rate_and_ends() {
    let mut prober = Prober::new();
    prober.push(PLAN, ms(0));
    let (mut bytes, mut last) = (0, ms(0));
    while let Some(due) = prober.due() {
        last = due;
        while let Some((id, size)) = prober.poll(due) {
            assert_eq!(id, 7);
            bytes += size;
            assert_eq!(
                prober.packet_sent(u32::try_from(size).unwrap(), due),
                Some(7)
            );
        }
    }
    // 15 ms at 4 Mbit/s are 7,500 bytes.
    assert!((7_500..8_700).contains(&bytes), "{bytes}");
    assert!(last > ms(12) && last < ms(16), "{last:?}");
}

#[test]
fn media_takes_the_place_of_padding() {
    let mut prober = Prober::new();
    prober.push(PLAN, ms(0));
    prober.poll(ms(0)).unwrap();
    for _ in 0..6 {
        assert_eq!(prober.packet_sent(1_200, ms(0)), Some(7));
    }
    assert_eq!(prober.poll(ms(1)), None);
    assert_eq!(prober.packet_sent(1_200, ms(14)), Some(7));
    assert_eq!(prober.packet_sent(1_200, ms(14)), None);
}

#[test]
fn picture_that_leaves_in_one_go_does_not_end_a_probe_that_nothing_could_be_measured_by() {
    let mut prober = Prober::new();
    prober.push(PLAN, ms(0));
    prober.poll(ms(0)).unwrap();
    for _ in 0..10 {
        assert_eq!(prober.packet_sent(1_200, ms(0)), Some(7));
    }
    // At 4 Mbit/s 12,000 bytes take 24 ms: then padding follows, or the next picture.
    assert_eq!(prober.due(), Some(ms(24)));
    assert!(prober.poll(ms(24)).is_some());
    assert_eq!(prober.packet_sent(1_000, ms(24)), Some(7));
    assert_eq!(prober.due(), None);
}

#[test]
fn probe_that_is_not_sent_is_given_up() {
    let mut prober = Prober::new();
    prober.push(PLAN, ms(0));
    prober.poll(ms(0)).unwrap();
    prober.give_up(ms(100));
    assert!(prober.due().is_some());
    prober.give_up(ms(200));
    assert_eq!(prober.due(), None);
    prober.push(PLAN, ms(300));
    prober.give_up(ms(1_400));
    assert_eq!(prober.due(), None);
}

#[test]
fn few_probes_wait_at_a_time() {
    let mut prober = Prober::new();
    for id in 0..100 {
        prober.push(PlannedProbe { id, ..PLAN }, ms(0));
    }
    assert_eq!(prober.waiting.len(), MAX_WAITING);
}
