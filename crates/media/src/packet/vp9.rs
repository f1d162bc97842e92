//! VP9 without layers (RFC 9628).

use miso_wire::Vp9Descriptor;

use super::assembly::Assembly;
use super::pieces;
use crate::{Codec, bitstream};

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const START: u8 = 0x08;
const END: u8 = 0x04;
const WIDE: u8 = 0x80;
const DESCRIPTOR_LEN: usize = 3;

pub(super) fn packetize(frame: &[u8], max: usize, picture_id: u16) -> Vec<Vec<u8>> {
    let [high, low] = picture_id.to_be_bytes();
    let flags = if bitstream::is_key_frame(&Codec::Vp9, frame) {
        HAS_PICTURE_ID
    } else {
        HAS_PICTURE_ID | INTER_PREDICTED
    };
    let parts: Vec<&[u8]> = pieces(frame, max - DESCRIPTOR_LEN).collect();
    let last = parts.len().saturating_sub(1);
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(index, piece)| {
            let start = if index == 0 { START } else { 0 };
            let end = if index == last { END } else { 0 };
            let descriptor = [flags | start | end, WIDE | high, low];
            [&descriptor[..], piece].concat()
        })
        .collect()
}

pub(super) fn take(payload: &[u8], assembly: &mut Assembly) -> Option<()> {
    let descriptor = Vp9Descriptor::parse(payload).ok()?;
    // Frames of upper spatial layers go on with the picture that the lowest one began.
    if descriptor.start_of_frame && descriptor.spatial() == 0 {
        assembly.start();
    }
    assembly.append(payload.get(descriptor.len..)?)
}
