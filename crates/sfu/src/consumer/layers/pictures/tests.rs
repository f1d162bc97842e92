use super::*;
use std::num::NonZeroU16;

fn fields(id: u16, tl0: u8) -> Vp8Fields {
    let at = NonZeroU16::new(20).unwrap();
    Vp8Fields {
        picture_id: Some((id, at)),
        tl0_pic_idx: Some((tl0, at)),
    }
}

/// The numbers of a picture that comes in order.
fn next(pictures: &mut Pictures, id: u16, tl0: u8) -> (u16, u8) {
    let rewritten = pictures.rewrite(&fields(id, tl0), true, true).unwrap();
    (rewritten.picture_id, rewritten.tl0_pic_idx)
}

#[test]
fn first_stream_keeps_its_numbers() {
    let mut pictures = Pictures::default();
    for (id, tl0) in [(0x7ffe, 0xff), (0x7fff, 0xff), (0, 0), (1, 1)] {
        assert_eq!(next(&mut pictures, id, tl0), (id, tl0));
        assert_eq!(
            next(&mut pictures, id, tl0),
            (id, tl0),
            "another packet of it"
        );
    }
}

#[test]
fn pictures_that_are_left_out_leave_no_hole_and_lost_ones_do() {
    let mut pictures = Pictures::default();
    assert_eq!(next(&mut pictures, 100, 1), (100, 1));
    assert!(pictures.rewrite(&fields(101, 1), true, false).is_some());
    assert!(pictures.rewrite(&fields(101, 1), true, false).is_some());
    assert_eq!(next(&mut pictures, 102, 2), (101, 2));
    assert_eq!(next(&mut pictures, 104, 3), (103, 3));
    let late = pictures.rewrite(&fields(103, 2), false, true).unwrap();
    assert_eq!((late.picture_id, late.tl0_pic_idx), (102, 2));
}

#[test]
fn another_stream_goes_on_where_the_last_one_ended() {
    let mut pictures = Pictures::default();
    assert_eq!(next(&mut pictures, 100, 7), (100, 7));
    pictures.restart();
    assert_eq!(next(&mut pictures, 9_000, 200), (101, 8));
    assert_eq!(next(&mut pictures, 9_001, 201), (102, 9));
    assert_eq!(
        pictures.rewrite(&fields(8_999, 199), false, true),
        None,
        "before the change"
    );
}

#[test]
fn sender_that_numbers_anew_goes_on_without_a_hole() {
    let mut pictures = Pictures::default();
    let mut expected = 100;
    assert_eq!(next(&mut pictures, 100, 0).0, expected);
    for id in [5_000, 5_001, 20, 21, 20_000, 3_000, 127, 0] {
        expected += 1;
        assert_eq!(next(&mut pictures, id, 0).0, expected, "{id}");
    }
}

#[test]
fn ids_that_go_back_for_ever_are_followed() {
    let mut pictures = Pictures::default();
    let mut id = 0_u16;
    let first = next(&mut pictures, id, 0).0;
    for step in 1..1_000_u16 {
        id = id.wrapping_sub(16_000) & MASK;
        assert_eq!(next(&mut pictures, id, 0).0, (first + step) & MASK);
    }
}

#[test]
fn descriptor_without_numbers_has_nothing_to_rewrite() {
    let mut pictures = Pictures::default();
    let bare = Vp8Fields {
        picture_id: None,
        tl0_pic_idx: None,
    };
    assert!(pictures.rewrite(&bare, true, true).is_some());
}
