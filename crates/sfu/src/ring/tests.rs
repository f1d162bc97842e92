use super::*;
use crate::packet::tests::plain_meta;
use crate::testing::base;
use proptest::prelude::*;
use std::time::Instant;

/// A ring with its pool.
struct Store {
    ring: StreamRing,
    pool: PacketPool,
    now: Instant,
}

impl Store {
    fn video() -> Self {
        Self {
            ring: StreamRing::new(90_000, VIDEO_MAX_AGE_MS),
            pool: PacketPool::default(),
            now: base(),
        }
    }

    fn insert(&mut self, ext_seq: u64, ts: u32) -> Stored {
        let index = self
            .pool
            .alloc(112, plain_meta(ext_seq, ts, self.now))
            .unwrap();
        self.ring
            .insert(ExtSeq(ext_seq), index, RtpTime(ts), &mut self.pool)
    }

    fn holds(&self, ext_seq: u64) -> bool {
        self.ring
            .get(ExtSeq(ext_seq))
            .is_some_and(|index| self.pool.meta(index).unwrap().ext_seq.0 == ext_seq)
    }

    fn since(&self, cursor: ArrivalCursor) -> Vec<u64> {
        self.ring
            .since(cursor)
            .map(|(_, ext_seq, _)| ext_seq.0)
            .collect()
    }
}

#[test]
fn arrivals_come_in_order_of_arrival_with_late_packets_in_place() {
    let mut store = Store::video();
    store.insert(70_000, 0);
    let cursor = store.ring.cursor();
    for seq in [70_001, 70_004, 70_002] {
        assert_eq!(store.insert(seq, 3_000), Stored::New);
    }
    assert_eq!(store.since(cursor), [70_001, 70_004, 70_002]);
    let cursor = store.ring.cursor();
    store.insert(70_003, 3_000);
    assert_eq!(store.since(cursor), [70_003]);
    assert_eq!(store.since(store.ring.cursor()), [0; 0]);
}

#[test]
fn second_copy_is_a_duplicate_and_its_block_returns() {
    let mut store = Store::video();
    store.insert(70_000, 0);
    assert_eq!(store.insert(70_000, 0), Stored::Duplicate);
    assert_eq!(store.pool.used(), 1);
}

#[test]
fn packets_leave_once_older_than_the_age_limit() {
    let mut store = Store::video();
    for i in 0..500u32 {
        store.insert(70_000 + u64::from(i), i * 900);
    }
    // 4,000 ms are 360,000 ticks: of 500 packets 10 ms apart the last 401 stay.
    assert!(!store.holds(70_098) && store.holds(70_099));
    assert_eq!(store.pool.used(), 401);
    assert_eq!(store.insert(70_050, 50 * 900), Stored::TooOld);
}

#[test]
fn span_is_limited_whatever_the_timestamps() {
    let mut store = Store::video();
    for seq in 0..10_000 {
        store.insert(70_000 + seq, 0);
    }
    assert_eq!(store.pool.used() as u64, MAX_SPAN);
    assert!(
        store.holds(79_999) && store.holds(80_000 - MAX_SPAN) && !store.holds(79_999 - MAX_SPAN)
    );
}

#[test]
fn stream_whose_timestamps_restart_is_kept_from_there() {
    let mut store = Store::video();
    store.insert(70_000, 5_000_000);
    store.insert(70_001, 5_003_000);
    assert_eq!(store.insert(70_002, 1_000), Stored::New);
    assert_eq!(store.insert(70_003, 4_000), Stored::New);
    assert!(!store.holds(70_001) && store.holds(70_002) && store.holds(70_003));
}

#[test]
fn frames_out_of_presentation_order_are_all_kept() {
    let mut store = Store::video();
    for (seq, ts) in [
        (70_000, 0),
        (70_001, 9_000),
        (70_002, 3_000),
        (70_003, 6_000),
    ] {
        assert_eq!(store.insert(seq, ts), Stored::New);
    }
    assert!((70_000..70_004).all(|seq| store.holds(seq)));
}

#[test]
fn jump_over_the_whole_span_starts_again() {
    let mut store = Store::video();
    store.insert(70_000, 0);
    assert_eq!(store.insert(200_000, 1), Stored::New);
    assert_eq!(store.pool.used(), 1);
}

#[test]
fn clearing_returns_every_block_and_keeps_cursors() {
    let mut store = Store::video();
    (0..300).for_each(|i| _ = store.insert(70_000 + i, 0));
    let cursor = store.ring.cursor();
    store.ring.clear(&mut store.pool);
    assert_eq!(store.pool.used(), 0);
    store.insert(70_300, 0);
    assert_eq!(store.since(cursor), [70_300]);
}

#[test]
fn number_whose_packet_is_gone_is_not_taken_by_another() {
    let mut store = Store::video();
    store.insert(70_000, 0);
    store.insert(70_001, 400_000);
    assert!(!store.holds(70_000));
    assert_eq!(store.insert(70_000, 400_000), Stored::Duplicate);
    // As when the sender's clock jumps back: everything is given back, but not forgotten.
    store.insert(70_002, 10);
    assert_eq!(store.insert(70_001, 20), Stored::Duplicate);
    assert_eq!(store.pool.used(), 1);
}

proptest! {
    #[test]
    fn ring_agrees_with_a_map(steps in prop::collection::vec(-40i64..60, 1..600)) {
        let mut store = Store::video();
        let mut model = std::collections::BTreeMap::new();
        let mut seq = 1_000_000i64;
        for step in steps {
            seq += step;
            let ts = seq * 1_500 % 1_000_000_000 + seq * 7_919 % 5_000;
            let newest = model.keys().max().copied().unwrap_or(seq);
            let newest_ts = model.values().max().copied().unwrap_or(ts);
            let kept = |seq: i64, ts: i64| newest_ts - ts <= 360_000 && newest - seq < MAX_SPAN as i64;
            let expected = match model.contains_key(&seq) {
                _ if !kept(seq, ts) => Stored::TooOld,
                true => Stored::Duplicate,
                false => Stored::New,
            };
            prop_assert_eq!(store.insert(seq as u64, ts as u32), expected);
            if expected == Stored::New {
                model.insert(seq, ts);
            }
            let (newest, newest_ts) = (newest.max(seq), newest_ts.max(ts));
            for (&seq, &ts) in model.range(newest - MAX_SPAN as i64 + 1..) {
                prop_assert!(newest_ts - ts > 360_000 || store.holds(seq as u64), "{seq} is missing");
            }
            prop_assert!(store.pool.used() <= 400, "{} blocks", store.pool.used());
        }
    }
}
