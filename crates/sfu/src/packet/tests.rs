use super::*;
use crate::testing::base;
use proptest::prelude::*;

/// Metadata of a packet without extensions.
pub(crate) fn plain_meta(ext_seq: u64, ts: u32, arrival: Instant) -> PacketMeta {
    PacketMeta {
        ext_seq: ExtSeq(ext_seq),
        ts: RtpTime(ts),
        arrival,
        header_len: 12,
        payload_len: 100,
        padding: 0,
        pt: Pt(96),
        marker: false,
        key_frame: false,
        dtx: false,
        patch: PatchOffsets::default(),
        red: None,
        vp8: None,
        layer: Default::default(),
    }
}

#[test]
fn each_length_gets_a_block_that_holds_it() {
    let mut pool = PacketPool::default();
    for len in [0, 1, 256, 257, 1_536, 1_537, 2_048] {
        let index = pool.alloc(len, plain_meta(1, 1, base())).unwrap();
        assert!(pool.block_mut(index).len() >= len, "{len}");
    }
    assert_eq!(pool.alloc(2_049, plain_meta(1, 1, base())), None);
}

#[test]
fn full_pool_refuses_until_a_block_is_freed() {
    let mut pool = PacketPool::with_limits([64, 64, 0]);
    let held: Vec<_> = (0..64)
        .map(|_| pool.alloc(1_200, plain_meta(1, 1, base())).unwrap())
        .collect();
    assert_eq!(pool.alloc(1_200, plain_meta(1, 1, base())), None);
    assert!(pool.alloc(100, plain_meta(1, 1, base())).is_some());
    pool.free(held[5]);
    assert!(pool.alloc(1_200, plain_meta(1, 1, base())).is_some());
}

#[test]
fn packet_is_header_and_payload_without_the_rest_of_the_block() {
    let mut pool = PacketPool::default();
    let index = pool.alloc(112, plain_meta(7, 1, base())).unwrap();
    pool.block_mut(index)[..112].fill(9);
    let (meta, bytes) = pool.packet(index).unwrap();
    assert_eq!((meta.ext_seq, bytes), (ExtSeq(7), &[9; 112][..]));
}

proptest! {
    #[test]
    fn blocks_in_use_never_overlap(operations in prop::collection::vec((any::<bool>(), 0usize..2_048), 1..300)) {
        let mut pool = PacketPool::default();
        let mut held = Vec::new();
        for (number, (take, size)) in operations.into_iter().enumerate() {
            if take || held.is_empty() {
                let index = pool.alloc(size, plain_meta(number as u64, 1, base())).unwrap();
                let mark = (number % 251) as u8;
                pool.block_mut(index).fill(mark);
                held.push((index, mark, number as u64));
            } else {
                let (index, _, _) = held.swap_remove(size % held.len());
                pool.free(index);
            }
            prop_assert_eq!(pool.used(), held.len());
            for &(index, mark, number) in &held {
                prop_assert!(pool.block_mut(index).iter().all(|&byte| byte == mark));
                prop_assert_eq!(pool.meta(index).unwrap().ext_seq, ExtSeq(number));
            }
        }
    }
}

#[test]
fn metadata_of_a_packet_fits_a_cache_line() {
    assert_eq!(size_of::<PacketMeta>(), 64);
}
