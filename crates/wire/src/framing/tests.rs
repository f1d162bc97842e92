use proptest::prelude::*;

use super::*;

fn framed(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for packet in packets {
        bytes.extend(frame_prefix(packet.len()).unwrap());
        bytes.extend(packet);
    }
    bytes
}

/// Feeds `bytes` in pieces of at most `piece` and returns what comes out.
fn deframe(bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, FrameTooLong> {
    let mut deframer = Deframer::new();
    let mut frames = Vec::new();
    for mut chunk in bytes.chunks(piece) {
        while !chunk.is_empty() {
            let taken = deframer.push(chunk);
            assert!(taken > 0, "a drained deframer takes something");
            chunk = &chunk[taken..];
            while let Some(frame) = deframer.next_frame()? {
                frames.push(frame.to_vec());
            }
        }
    }
    Ok(frames)
}

#[test]
fn a_prefix_is_the_length_in_network_order() {
    assert_eq!(frame_prefix(0x0102), Ok([1, 2]));
    assert_eq!(frame_prefix(65_535), Ok([0xff, 0xff]));
    assert_eq!(frame_prefix(65_536), Err(FrameTooLong));
}

#[test]
fn a_frame_split_between_every_two_bytes_comes_out_whole() {
    let bytes = framed(&[vec![7; 300], vec![8]]);
    assert_eq!(deframe(&bytes, 1), Ok(vec![vec![7; 300], vec![8]]));
}

#[test]
fn empty_frames_are_passed_over() {
    assert_eq!(
        deframe(&[0, 0, 0, 0, 0, 1, 9, 0, 0], 100),
        Ok(vec![vec![9]])
    );
}

#[test]
fn the_longest_frame_that_fits_the_buffer_is_accepted() {
    let bytes = framed(&[vec![1; MAX_BUFFERED - 2], vec![2; MAX_BUFFERED - 2]]);
    let frames = deframe(&bytes, 10_000).unwrap();
    assert_eq!(
        frames.iter().map(Vec::len).collect::<Vec<_>>(),
        [MAX_BUFFERED - 2; 2]
    );
}

#[test]
fn a_frame_beyond_the_buffer_breaks_the_stream_for_ever() {
    let mut deframer = Deframer::new();
    deframer.push(&[0, 1, 5, 0xff, 0xff]);
    assert_eq!(deframer.next_frame(), Ok(Some(&mut [5][..])));
    assert_eq!(deframer.next_frame(), Err(FrameTooLong));
    assert_eq!(deframer.push(&[0, 1, 5]), 3);
    assert_eq!(deframer.next_frame(), Err(FrameTooLong));
}

#[test]
fn no_more_than_the_limit_is_buffered_while_frames_are_not_taken() {
    let mut deframer = Deframer::new();
    let chunk = framed(&[vec![3; 998]]).repeat(100);
    assert_eq!(deframer.push(&chunk), MAX_BUFFERED);
    assert_eq!(deframer.push(&chunk), 0);
    assert!(deframer.next_frame().unwrap().is_some());
    assert_eq!(deframer.push(&chunk), 1000);
}

#[test]
fn a_frame_can_be_changed_in_place() {
    let mut deframer = Deframer::new();
    deframer.push(&[0, 2, 1, 2, 0, 1, 3]);
    deframer.next_frame().unwrap().unwrap().fill(0xff);
    assert_eq!(deframer.next_frame(), Ok(Some(&mut [3][..])));
}

proptest! {
    #[test]
    fn any_cutting_of_the_stream_yields_the_same_packets(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..3000), 0..60),
        piece in 1_usize..70_000,
    ) {
        prop_assert_eq!(deframe(&framed(&packets), piece), Ok(packets));
    }

    #[test]
    fn any_bytes_end_in_frames_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..5000), piece in 1_usize..5000) {
        let _ = deframe(&bytes, piece);
    }
}
