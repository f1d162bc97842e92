use super::*;
use crate::packet::tests::plain_meta;
use crate::ring::VIDEO_MAX_AGE_MS;
use crate::testing::base;
use miso_wire::{ExtSeq, RtpHeader, RtpTime};

const HEADER: usize = 12;

/// A ring into which packets with payloads of these lengths arrived, and the packets' places.
fn arrived(lengths: &[usize]) -> (StreamRing, PacketPool, Vec<PacketIndex>) {
    let mut ring = StreamRing::new(90_000, VIDEO_MAX_AGE_MS);
    let mut pool = PacketPool::default();
    let places = lengths
        .iter()
        .enumerate()
        .map(|(number, length)| arrive(&mut ring, &mut pool, number as u64, *length))
        .collect();
    (ring, pool, places)
}

fn arrive(ring: &mut StreamRing, pool: &mut PacketPool, number: u64, length: usize) -> PacketIndex {
    let number = 65_536 + number;
    let mut meta = plain_meta(number, 1, base());
    meta.header_len = HEADER as u16;
    meta.payload_len = length as u16;
    let index = pool.alloc(meta.len(), meta).unwrap();
    let block = pool.block_mut(index);
    block.fill(0xee);
    block[..HEADER].copy_from_slice(&[0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]);
    ring.insert(ExtSeq(number), index, RtpTime(1), pool);
    index
}

fn lengths(pool: &PacketPool, places: &[PacketIndex]) -> Vec<usize> {
    let length = |index: &PacketIndex| pool.packet(*index).unwrap().1.len() - HEADER;
    places.iter().map(length).collect()
}

#[test]
fn a_frame_as_browsers_cut_it_becomes_equally_long() {
    let (mut ring, mut pool, places) = arrived(&[1_000, 1_000, 1_000, 1_001, 1_001]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [1_001; 5]);
}

#[test]
fn a_padded_packet_is_read_as_what_it_was() {
    let (mut ring, mut pool, places) = arrived(&[100, 107, 107]);
    ring.level(&mut pool);
    let (meta, bytes) = pool.packet(places[0]).unwrap();
    assert_eq!((meta.payload_len, meta.padding), (100, 7));
    let header = RtpHeader::parse(bytes).unwrap();
    assert_eq!(header.payload(bytes), [0xee; 100]);
}

#[test]
fn the_last_packet_may_be_shorter() {
    let (mut ring, mut pool, places) = arrived(&[1_000, 1_000, 995]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [1_000, 1_000, 995]);
}

#[test]
fn packets_that_differ_much_stay_as_they_are() {
    let (mut ring, mut pool, places) = arrived(&[500, 517, 1_000, 1_200, 30]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [500, 517, 1_000, 1_200, 30]);
}

#[test]
fn a_run_before_a_much_shorter_packet_is_padded_to_its_end() {
    let (mut ring, mut pool, places) = arrived(&[1_001, 1_000, 300]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [1_001, 1_001, 300]);
}

#[test]
fn what_was_levelled_before_never_changes_again() {
    let (mut ring, mut pool, mut places) = arrived(&[1_000, 1_000]);
    ring.level(&mut pool);
    places.push(arrive(&mut ring, &mut pool, 2, 1_002));
    places.push(arrive(&mut ring, &mut pool, 3, 1_003));
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [1_000, 1_000, 1_003, 1_003]);
}

#[test]
fn padding_alone_stays_apart() {
    let (mut ring, mut pool, places) = arrived(&[0, 5, 6, 6]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [0, 6, 6, 6]);
}

#[test]
fn a_full_block_is_not_padded() {
    let full = 2_048 - HEADER;
    let (mut ring, mut pool, places) = arrived(&[full - 1, full, full]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [full; 3]);
    let full = 256 - HEADER;
    let (mut ring, mut pool, places) = arrived(&[full, full + 1, full + 1]);
    ring.level(&mut pool);
    assert_eq!(lengths(&pool, &places), [full, full + 1, full + 1]);
}
