use super::*;
use proptest::prelude::*;

#[test]
fn a_key_frame_is_the_start_of_an_independent_base_layer() {
    // I, L, B; picture id of 15 bits; TID 0, SID 0; TL0PICIDX 5.
    let descriptor = Vp9Descriptor::parse(&[0xa8, 0x92, 0x34, 0x00, 5, 0x77]).unwrap();
    assert_eq!(descriptor.picture_id, Some(0x1234));
    assert!(descriptor.is_key_frame());
    assert_eq!(descriptor.layers.unwrap().tl0_pic_idx, Some(5));
    assert_eq!(descriptor.len, 5);
    let upper = Vp9Descriptor::parse(&[0xa8, 0x12, 0x03, 5]).unwrap();
    assert!(!upper.is_key_frame() && upper.layers.unwrap().inter_layer);
    let inter = Vp9Descriptor::parse(&[0xe8, 0x12, 0x00, 5]).unwrap();
    assert!(!inter.is_key_frame());
    let middle = Vp9Descriptor::parse(&[0xa0, 0x12, 0x00, 5]).unwrap();
    assert!(!middle.is_key_frame());
}

#[test]
fn layers_and_frame_ends_are_read() {
    let descriptor = Vp9Descriptor::parse(&[0x25, 0b0101_0100, 9]).unwrap();
    let layers = descriptor.layers.unwrap();
    assert_eq!(
        (layers.temporal, layers.switching_up, layers.spatial),
        (2, true, 2)
    );
    assert!(
        descriptor.end_of_frame && !descriptor.start_of_frame && descriptor.not_reference_for_upper
    );
    assert_eq!((descriptor.spatial(), descriptor.temporal()), (2, 2));
}

#[test]
fn flexible_mode_lists_up_to_three_references() {
    // I, P, L, F.
    let whole = [0xf0, 0x01, 0x20, 0x03, 0x05, 0x02, 0x77];
    let descriptor = Vp9Descriptor::parse(&whole).unwrap();
    assert_eq!(descriptor.len, 6);
    assert_eq!(descriptor.layers.unwrap().tl0_pic_idx, None);
    let endless = [0xf0, 0x01, 0x20, 0x03, 0x05, 0x03, 0x77];
    assert_eq!(Vp9Descriptor::parse(&endless), Err(PayloadError::Malformed));
}

#[test]
fn the_scalability_structure_is_passed_over() {
    // B, V; two spatial layers with sizes and two pictures of a group.
    let mut payload = vec![
        0x0a, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x04, 0x01, 0x48, 0x01, 0x02,
    ];
    let descriptor = Vp9Descriptor::parse(&payload).unwrap();
    assert_eq!(
        (descriptor.spatial_layers, descriptor.len),
        (Some(2), payload.len())
    );
    payload.pop();
    assert_eq!(Vp9Descriptor::parse(&payload), Err(PayloadError::Truncated));
}

#[test]
fn truncation_anywhere_is_an_error() {
    let whole = [0xba, 0x92, 0x34, 0x00, 0x10, 0, 1, 0, 1];
    assert!(Vp9Descriptor::parse(&whole).is_ok());
    for len in 0..whole.len() {
        assert_eq!(
            Vp9Descriptor::parse(&whole[..len]),
            Err(PayloadError::Truncated),
            "{len} bytes"
        );
    }
}

proptest! {
    #[test]
    fn the_descriptor_alone_parses_the_same(payload: Vec<u8>) {
        if let Ok(descriptor) = Vp9Descriptor::parse(&payload) {
            prop_assert_eq!(Vp9Descriptor::parse(&payload[..descriptor.len]), Ok(descriptor));
        }
    }
}
