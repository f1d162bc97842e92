use super::*;
use proptest::prelude::*;

/// X, all four fields, picture id 0x11 of 7 bits, TL0PICIDX 0x22, TID 2, Y, KEYIDX 3, and a key frame.
const NARROW: [u8; 7] = [0x90, 0xf0, 0x11, 0x22, 0xa3, 0x00, 0x77];

#[test]
fn the_shortest_descriptor_is_one_byte() {
    let descriptor = Vp8Descriptor::parse(&[0x10, 0x00]).unwrap();
    assert!(descriptor.key_frame && descriptor.start);
    assert_eq!(
        (descriptor.len, descriptor.picture_id, descriptor.temporal),
        (1, None, None)
    );
    assert!(!Vp8Descriptor::parse(&[0x10, 0x01]).unwrap().key_frame);
}

#[test]
fn only_the_start_of_the_first_partition_begins_a_key_frame() {
    assert!(!Vp8Descriptor::parse(&[0x00, 0x00]).unwrap().key_frame);
    assert!(!Vp8Descriptor::parse(&[0x11, 0x00]).unwrap().key_frame);
}

#[test]
fn all_fields_are_read_with_their_places() {
    let descriptor = Vp8Descriptor::parse(&NARROW).unwrap();
    assert_eq!(
        descriptor.picture_id,
        Some(Vp8PictureId {
            value: 0x11,
            offset: 2,
            wide: false
        })
    );
    assert_eq!(
        descriptor.tl0_pic_idx,
        Some(Vp8Tl0PicIdx {
            value: 0x22,
            offset: 3
        })
    );
    assert_eq!(
        (
            descriptor.temporal,
            descriptor.layer_sync,
            descriptor.key_index
        ),
        (Some(2), true, Some(3))
    );
    assert_eq!(descriptor.len, 5);
    assert!(descriptor.key_frame);
}

#[test]
fn a_picture_id_may_have_15_bits() {
    let descriptor = Vp8Descriptor::parse(&[0x90, 0x80, 0xff, 0xfe, 0x01]).unwrap();
    assert_eq!(
        descriptor.picture_id,
        Some(Vp8PictureId {
            value: 0x7ffe,
            offset: 2,
            wide: true
        })
    );
    assert!(!descriptor.key_frame);
}

#[test]
fn a_key_index_alone_says_nothing_about_layers() {
    let descriptor = Vp8Descriptor::parse(&[0x90, 0x10, 0xe5, 0x01]).unwrap();
    assert_eq!(
        (
            descriptor.temporal,
            descriptor.layer_sync,
            descriptor.key_index
        ),
        (None, false, Some(5))
    );
}

#[test]
fn truncation_anywhere_is_an_error() {
    for len in 0..6 {
        assert_eq!(
            Vp8Descriptor::parse(&NARROW[..len]),
            Err(PayloadError::Truncated),
            "{len} bytes"
        );
    }
}

#[test]
fn widening_keeps_everything_but_one_byte_of_length() {
    let mut buffer = NARROW.to_vec();
    buffer.push(0xee);
    let before = Vp8Descriptor::parse(&NARROW).unwrap();
    let mut descriptor = before;
    assert_eq!(
        descriptor.widen_picture_id(&mut buffer, NARROW.len()),
        Ok(8)
    );
    assert_eq!(buffer, [0x90, 0xf0, 0x80, 0x11, 0x22, 0xa3, 0x00, 0x77]);
    assert_eq!(Vp8Descriptor::parse(&buffer), Ok(descriptor));
    assert_eq!(
        descriptor.picture_id.unwrap().value,
        before.picture_id.unwrap().value
    );
    assert_eq!(descriptor.widen_picture_id(&mut buffer, 8), Ok(8));
}

#[test]
fn widening_without_room_changes_nothing() {
    let mut buffer = NARROW;
    let mut descriptor = Vp8Descriptor::parse(&NARROW).unwrap();
    let before = descriptor;
    assert_eq!(descriptor.widen_picture_id(&mut buffer, 7), Err(BufferFull));
    assert_eq!((buffer, descriptor), (NARROW, before));
}

#[test]
fn rewriting_touches_only_its_fields() {
    let mut narrow = NARROW;
    let descriptor = Vp8Descriptor::parse(&narrow).unwrap();
    descriptor.set_picture_id(&mut narrow, 0x1ff);
    descriptor.set_tl0_pic_idx(&mut narrow, 0x99);
    assert_eq!(narrow, [0x90, 0xf0, 0x7f, 0x99, 0xa3, 0x00, 0x77]);
    let mut plain = [0x10, 0x00];
    let descriptor = Vp8Descriptor::parse(&plain).unwrap();
    descriptor.set_picture_id(&mut plain, 1);
    descriptor.set_tl0_pic_idx(&mut plain, 1);
    assert_eq!(plain, [0x10, 0x00]);
}

proptest! {
    #[test]
    fn rewritten_numbers_are_read_back(mut payload in prop::collection::vec(any::<u8>(), 8..20), id in 0u16..1 << 15, index: u8) {
        let len = payload.len();
        let mut descriptor = Vp8Descriptor::parse(&payload).unwrap();
        payload.push(0);
        let len = descriptor.widen_picture_id(&mut payload, len).unwrap();
        descriptor.set_picture_id(&mut payload, id);
        descriptor.set_tl0_pic_idx(&mut payload, index);
        let again = Vp8Descriptor::parse(&payload[..len]).unwrap();
        prop_assert_eq!(again.len, descriptor.len);
        prop_assert_eq!(again.key_frame, descriptor.key_frame);
        prop_assert_eq!(again.picture_id.map(|id| id.value), descriptor.picture_id.map(|_| id));
        prop_assert_eq!(again.tl0_pic_idx.map(|idx| idx.value), descriptor.tl0_pic_idx.map(|_| index));
        prop_assert_eq!(again.temporal, descriptor.temporal);
    }
}
