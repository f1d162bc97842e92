use super::block::Block;
use super::ebml::{number, signed};
use crate::bytes::Bytes;

/// A block of track 1 at time 7 with these flags and contents.
fn block(lacing: u8, rest: &[u8]) -> Vec<u8> {
    [&[0x81, 0, 7, lacing << 1][..], rest].concat()
}

fn frames(lacing: u8, rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let bytes = block(lacing, rest);
    let block = Block::parse(&bytes)?;
    assert_eq!((block.track, block.time), (1, 7));
    Some(block.frames.into_iter().map(<[u8]>::to_vec).collect())
}

#[test]
fn frames_are_found_in_every_kind_of_lacing() {
    assert_eq!(frames(0, &[1, 2]), Some(vec![vec![1, 2]]));
    // Xiph: 2 more frames, of 1 and 256 bytes.
    let long = vec![9; 256];
    let xiph = frames(1, &[&[2, 1, 255, 1, 7][..], &long, &[5, 6]].concat());
    assert_eq!(xiph, Some(vec![vec![7], long, vec![5, 6]]));
    let fixed = frames(2, &[1, 1, 2, 3, 4]);
    assert_eq!(fixed, Some(vec![vec![1, 2], vec![3, 4]]));
    // EBML: sizes 2, then one less (a difference of -1 is 0x3e in one byte).
    let ebml = frames(3, &[2, 0x82, 0xbe, 1, 2, 3, 4, 5]);
    assert_eq!(ebml, Some(vec![vec![1, 2], vec![3], vec![4, 5]]));
}

#[test]
fn laced_frames_that_reach_beyond_their_block_are_refused() {
    assert_eq!(frames(1, &[1, 9, 1]), None);
    assert_eq!(frames(3, &[2, 0x81, 0x80, 1]), None);
    assert_eq!(frames(3, &[1]), None);
    assert!(Block::parse(&[0x81, 0]).is_none());
}

#[test]
fn numbers_have_the_length_that_their_first_byte_tells() {
    let read = |bytes: &[u8]| number(&mut Bytes(bytes));
    assert_eq!(read(&[0x81]), Some(1));
    assert_eq!(read(&[0x40, 0x02]), Some(2));
    assert_eq!(read(&[0x01, 0, 0, 0, 0, 0, 1, 0]), Some(256));
    assert_eq!(read(&[0]), None);
    assert_eq!(read(&[0x40]), None);
    assert_eq!(signed(&[0xff, 0xfe]), -2);
}
