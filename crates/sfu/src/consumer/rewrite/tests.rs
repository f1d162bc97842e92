use super::*;
use crate::packet::PatchOffsets;
use crate::testing::base;
use miso_wire::{ExtSeq, Pt};
use std::num::NonZeroU16;
use std::time::Duration;

fn packet(ts: u32, picture_id: u16, tl0: u8, arrival: Instant) -> PacketMeta {
    PacketMeta {
        ext_seq: ExtSeq(70_000),
        ts: RtpTime(ts),
        arrival,
        header_len: 12,
        payload_len: 100,
        padding: 0,
        pt: Pt(100),
        marker: false,
        key_frame: true,
        dtx: false,
        patch: PatchOffsets::default(),
        vp8: Some(Vp8Fields {
            picture_id: Some((picture_id, NonZeroU16::new(14).unwrap())),
            tl0_pic_idx: Some((tl0, NonZeroU16::new(16).unwrap())),
            layer_sync: false,
        }),
    }
}

#[test]
fn first_stream_stays_as_it_came() {
    let mut rewrite = Rewrite::default();
    let meta = packet(1_000, 5, 6, base());
    assert_eq!(rewrite.switch_to(&meta, 90_000, false), 0);
    assert_eq!(rewrite.payload(&meta), None);
}

#[test]
fn other_stream_goes_on_in_real_time_with_the_next_picture() {
    let start = base();
    let mut rewrite = Rewrite::default();
    let first = packet(1_000, 0x7fff, 255, start);
    rewrite.switch_to(&first, 90_000, false);
    rewrite.sent(&first, RtpTime(1_000));

    let other = packet(4_000_000_000, 77, 9, start + Duration::from_millis(100));
    let offset = rewrite.switch_to(&other, 90_000, true);
    assert_eq!(other.ts.wrapping_sub(offset), RtpTime(1_000 + 9_000));
    assert_eq!(
        rewrite.payload(&other),
        Some(Vp8Rewrite {
            picture_id: 0,
            tl0_pic_idx: 0
        })
    );
}

#[test]
fn timestamps_move_even_when_no_time_passed() {
    let start = base();
    let mut rewrite = Rewrite::default();
    let first = packet(1_000, 1, 1, start);
    rewrite.switch_to(&first, 90_000, false);
    rewrite.sent(&first, RtpTime(1_000));
    let other = packet(5, 1, 1, start);
    let offset = rewrite.switch_to(&other, 90_000, true);
    assert_eq!(other.ts.wrapping_sub(offset), RtpTime(1_001));
}

#[test]
fn same_stream_after_a_pause_keeps_its_offsets() {
    let start = base();
    let mut rewrite = Rewrite::default();
    let first = packet(1_000, 1, 1, start);
    rewrite.switch_to(&first, 90_000, false);
    rewrite.sent(&first, RtpTime(1_000));
    let later = packet(900_000, 300, 40, start + Duration::from_secs(10));
    assert_eq!(rewrite.switch_to(&later, 90_000, false), 0);
    assert_eq!(rewrite.payload(&later), None);
}
