use super::*;
use proptest::prelude::*;

const OPUS: Pt = Pt(111);

/// A payload with these copies (timestamp offset and bytes, oldest first) and this frame of its own.
fn red(copies: &[(u16, Vec<u8>)], primary: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    for (offset, copy) in copies {
        let fields = u32::from(*offset) << 10 | copy.len() as u32;
        payload.push(0x80 | OPUS.0);
        payload.extend(&fields.to_be_bytes()[1..]);
    }
    payload.push(OPUS.0);
    copies.iter().for_each(|(_, copy)| payload.extend(copy));
    payload.extend(primary);
    payload
}

fn copies_and_primary() -> impl Strategy<Value = (Vec<(u16, Vec<u8>)>, Vec<u8>)> {
    let bytes = |max| prop::collection::vec(any::<u8>(), 0..max);
    let copy = (0..1_u16 << 14, bytes(1 << 10));
    (prop::collection::vec(copy, 0..5), bytes(1_200))
}

#[test]
fn the_packet_of_a_browser_is_read() {
    // Chromium: one copy, 20 ms old, of two bytes; its own frame of three.
    let payload = [0x80 | 111, 0x0f, 0x00, 0x02, 111, 1, 2, 3, 4, 5];
    let layout = RedLayout::parse(&payload, OPUS).unwrap();
    assert_eq!(&payload[layout.primary()..], [3, 4, 5]);
    let copy = layout.copy(&payload, 1).unwrap();
    assert_eq!(
        (copy.timestamp_offset, &payload[copy.range]),
        (960, &payload[5..7])
    );
    assert_eq!(layout.copy(&payload, 0), None);
    assert_eq!(layout.copy(&payload, 2), None);
}

#[test]
fn a_packet_without_copies_is_its_own_frame_behind_one_byte() {
    let layout = RedLayout::parse(&[111, 9, 8], OPUS).unwrap();
    assert_eq!((layout.primary(), layout.copies()), (1, 0));
}

#[test]
fn headers_that_are_cut_off_are_refused_wherever_they_end() {
    let payload = red(&[(960, vec![1; 4]), (480, vec![2; 4])], &[3; 4]);
    for len in 0..9 {
        let result = RedLayout::parse(&payload[..len], OPUS);
        assert_eq!(result, Err(RedError::Truncated), "{len} bytes");
    }
    assert_eq!(
        RedLayout::parse(&[0xef; 64], OPUS),
        Err(RedError::Truncated)
    );
}

#[test]
fn copies_that_are_longer_than_the_payload_are_refused() {
    let payload = red(&[(960, vec![1; 4])], &[]);
    let whole = RedLayout::parse(&payload, OPUS).unwrap();
    assert_eq!(whole.primary(), payload.len());
    for len in 5..payload.len() {
        let result = RedLayout::parse(&payload[..len], OPUS);
        assert_eq!(result, Err(RedError::BlocksTooLong), "{len} bytes");
    }
}

#[test]
fn a_block_of_another_type_is_refused_in_any_place() {
    let payload = red(&[(960, vec![1]), (480, vec![2])], &[3]);
    for at in [0, 4, 8] {
        let mut foreign = payload.clone();
        foreign[at] ^= 1;
        assert_eq!(RedLayout::parse(&foreign, OPUS), Err(RedError::WrongPt));
    }
}

proptest! {
    #[test]
    fn what_was_packed_comes_out((copies, primary) in copies_and_primary()) {
        let payload = red(&copies, &primary);
        let layout = RedLayout::parse(&payload, OPUS).unwrap();
        prop_assert_eq!(&payload[layout.primary()..], &primary[..]);
        prop_assert_eq!(layout.copies(), copies.len());
        for (back, (offset, bytes)) in copies.iter().rev().enumerate() {
            let copy = layout.copy(&payload, back + 1).unwrap();
            prop_assert_eq!(copy.timestamp_offset, *offset);
            prop_assert_eq!(&payload[copy.range], &bytes[..]);
        }
    }

    #[test]
    fn renaming_changes_the_types_and_nothing_else((copies, primary) in copies_and_primary(), pt in 0..128_u8) {
        let payload = red(&copies, &primary);
        let layout = RedLayout::parse(&payload, OPUS).unwrap();
        let mut renamed = payload.clone();
        layout.rename(&mut renamed, Pt(pt));
        prop_assert_eq!(RedLayout::parse(&renamed, Pt(pt)), Ok(layout));
        layout.rename(&mut renamed, OPUS);
        prop_assert_eq!(renamed, payload);
    }

    #[test]
    fn whatever_is_read_lies_within_the_payload(payload in prop::collection::vec(prop_oneof![Just(111_u8), Just(0xef), 0..4_u8, any::<u8>()], 0..64)) {
        if let Ok(layout) = RedLayout::parse(&payload, OPUS) {
            prop_assert!(layout.primary() <= payload.len());
            let mut end = layout.primary();
            for back in 1..=layout.copies() {
                let copy = layout.copy(&payload, back).unwrap();
                prop_assert_eq!(copy.range.end, end);
                end = copy.range.start;
            }
            prop_assert_eq!(end, layout.copies() * COPY_HEADER_LEN + PRIMARY_HEADER_LEN);
        }
    }
}
