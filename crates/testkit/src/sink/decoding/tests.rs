use super::*;
use crate::tag::Tag;

/// Frames of two packets; every tenth is a key frame.
fn packet(seq: u64) -> Arrival {
    let frame = u32::try_from(seq / 2).unwrap();
    Arrival {
        seq,
        timestamp: frame * 3_000,
        marker: seq % 2 == 1,
        tag: Tag {
            packet: seq,
            frame,
            index: u16::try_from(seq % 2).unwrap(),
            count: 2,
            is_key: frame.is_multiple_of(10),
        },
        picture_id: None,
        spatial: 0,
        temporal: 0,
        len: 100,
        at: crate::world::any_instant(),
    }
}

fn frames(decoding: &mut Decoding, seqs: impl IntoIterator<Item = u64>) -> Vec<usize> {
    let followed = seqs.into_iter().map(|seq| decoding.follow(&packet(seq)));
    followed.map(|followed| followed.frames).collect()
}

#[test]
fn frames_behind_a_gap_are_decoded_when_it_is_filled() {
    let mut decoding = Decoding::default();
    assert_eq!(frames(&mut decoding, [0, 1, 2, 4, 5]), [0, 1, 0, 0, 0]);
    assert!(decoding.stuck_since().is_some());
    assert_eq!(frames(&mut decoding, [3]), [2]);
    assert_eq!(decoding.stuck_since(), None);
}

#[test]
fn decoder_begins_with_a_key_frame_and_goes_on_with_one_after_a_loss() {
    let mut decoding = Decoding::default();
    assert_eq!(frames(&mut decoding, [2, 3, 4, 5]), [0; 4]);
    assert_eq!(decoding.stuck_since(), None, "it waits for nothing yet");
    let mut decoding = Decoding::default();
    assert_eq!(frames(&mut decoding, [0, 1, 3, 4, 5]), [0, 1, 0, 0, 0]);
    assert_eq!(frames(&mut decoding, [20, 21]), [0, 1]);
    assert_eq!(decoding.stuck_since(), None);
}

#[test]
fn packet_that_came_before_or_comes_too_late_is_not_new() {
    let mut decoding = Decoding::default();
    let is_new = |decoding: &mut Decoding, seq| decoding.follow(&packet(seq)).is_new;
    assert!(is_new(&mut decoding, 0));
    assert!(!is_new(&mut decoding, 0));
    assert!(is_new(&mut decoding, 4));
    assert!(!is_new(&mut decoding, 4));
    assert!(is_new(&mut decoding, 20));
    assert!(!is_new(&mut decoding, 2), "the decoder went on");
}
