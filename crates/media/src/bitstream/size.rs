//! Width and height from key frames, for recordings of streams that are described nowhere else.

use super::av1::{SEQUENCE_HEADER, obus};
use super::bits::Bits;
use crate::Codec;

/// Width and height of the pictures from this key frame on; none where they cannot be told.
pub(crate) fn of(codec: &Codec, key_frame: &[u8]) -> Option<(u32, u32)> {
    match codec {
        Codec::Vp8 => vp8(key_frame),
        Codec::Vp9 => vp9(key_frame),
        Codec::Av1 => sequence_header(key_frame).map(|header| (header.width, header.height)),
        _ => None,
    }
}

/// RFC 6386, section 9.1; the upper two bits of each are a scaling hint.
fn vp8(frame: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, 0x9d, 0x01, 0x2a, a, b, c, d, ..] = frame else {
        return None;
    };
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high & 0x3f]));
    Some((side(*a, *b), side(*c, *d)))
}

/// VP9 bitstream specification, sections 6.2 and 6.2.2.
fn vp9(frame: &[u8]) -> Option<(u32, u32)> {
    const SRGB: u32 = 7;
    let mut bits = Bits::new(frame);
    bits.skip(2)?;
    let (low, high) = (bits.bit()?, bits.bit()?);
    if low && high {
        bits.skip(1)?;
    }
    let shows_existing = bits.bit()?;
    let inter = bits.bit()?;
    // Shown, error resilient, sync code.
    bits.skip(2)?;
    if shows_existing || inter || bits.number(24)? != 0x49_8342 {
        return None;
    }
    if high {
        bits.skip(1)?;
    }
    let subsampled = low;
    if bits.number(3)? == SRGB {
        bits.skip(u32::from(subsampled))?;
    } else {
        bits.skip(if subsampled { 4 } else { 1 })?;
    }
    Some((bits.number(16)? + 1, bits.number(16)? + 1))
}

/// What matters of an AV1 sequence header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceHeader {
    pub(crate) profile: u8,
    pub(crate) level: u8,
    pub(crate) tier: bool,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// AV1 bitstream specification, section 5.5.1.
pub(crate) fn sequence_header(frame: &[u8]) -> Option<SequenceHeader> {
    let obu = obus(frame).find(|obu| obu.kind() == SEQUENCE_HEADER)?;
    let mut bits = Bits::new(obu.payload);
    let profile = u8::try_from(bits.number(3)?).ok()?;
    bits.skip(1)?;
    let (mut level, mut tier) = (0, false);
    if bits.bit()? {
        // A reduced still picture.
        level = bits.number(5)?;
    } else {
        let mut delay_len = None;
        if bits.bit()? {
            bits.skip(64)?;
            if bits.bit()? {
                skip_uvlc(&mut bits)?;
            }
            if bits.bit()? {
                delay_len = Some(bits.number(5)? + 1);
                bits.skip(32 + 5 + 5)?;
            }
        }
        let has_display_delay = bits.bit()?;
        for point in 0..=bits.number(5)? {
            bits.skip(12)?;
            let point_level = bits.number(5)?;
            let point_tier = point_level > 7 && bits.bit()?;
            if point == 0 {
                (level, tier) = (point_level, point_tier);
            }
            if let Some(len) = delay_len
                && bits.bit()?
            {
                bits.skip(2 * len + 1)?;
            }
            if has_display_delay && bits.bit()? {
                bits.skip(4)?;
            }
        }
    }
    let (width_len, height_len) = (bits.number(4)? + 1, bits.number(4)? + 1);
    Some(SequenceHeader {
        profile,
        level: u8::try_from(level).ok()?,
        tier,
        width: bits.number(width_len)? + 1,
        height: bits.number(height_len)? + 1,
    })
}

fn skip_uvlc(bits: &mut Bits<'_>) -> Option<()> {
    let mut zeros = 0;
    while !bits.bit()? {
        zeros += 1;
    }
    bits.skip(zeros)
}
