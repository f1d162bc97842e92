//! VP8 (RFC 7741).

use miso_wire::Vp8Descriptor;

use super::assembly::Assembly;
use super::pieces;

const EXTENDED: u8 = 0x80;
const START: u8 = 0x10;
const HAS_PICTURE_ID: u8 = 0x80;
const WIDE: u8 = 0x80;
const DESCRIPTOR_LEN: usize = 4;

pub(super) fn packetize(frame: &[u8], max: usize, picture_id: u16) -> Vec<Vec<u8>> {
    let [high, low] = picture_id.to_be_bytes();
    let parts = pieces(frame, max - DESCRIPTOR_LEN).enumerate();
    parts
        .map(|(index, piece)| {
            let start = if index == 0 { START } else { 0 };
            let descriptor = [EXTENDED | start, HAS_PICTURE_ID, WIDE | high, low];
            [&descriptor[..], piece].concat()
        })
        .collect()
}

pub(super) fn take(payload: &[u8], assembly: &mut Assembly) -> Option<()> {
    let descriptor = Vp8Descriptor::parse(payload).ok()?;
    if descriptor.start && descriptor.partition == 0 {
        assembly.start();
    }
    assembly.append(payload.get(descriptor.len..)?)
}
