//! What must be known of encoded frames: where key frames are, and the form that [`Codec`] promises.

pub(crate) mod av1;
pub(crate) mod h264;
pub(crate) mod opus;

use crate::Codec;

/// Brings a frame into the form that [`Codec`] promises; none when nothing is left of it.
pub(crate) fn normalize(codec: &Codec, data: Vec<u8>) -> Option<Vec<u8>> {
    let data = match codec {
        Codec::Av1 => av1::without_delimiters(&data),
        _ => data,
    };
    (!data.is_empty()).then_some(data)
}

/// Whether a decoder can begin with this frame.
pub(crate) fn is_key_frame(codec: &Codec, data: &[u8]) -> bool {
    match codec {
        // P of the frame header (RFC 6386, section 9.1).
        Codec::Vp8 => data.first().is_some_and(|byte| byte & 1 == 0),
        Codec::Vp9 => vp9_is_key_frame(data),
        Codec::Av1 => av1::is_key_frame(data),
        Codec::H264 => h264::has_idr(data),
        Codec::Opus => true,
        Codec::Other(_) => false,
    }
}

/// Reads the first bits of VP9's uncompressed header (VP9 bitstream specification, section 6.2).
fn vp9_is_key_frame(data: &[u8]) -> bool {
    let Some(&byte) = data.first() else {
        return false;
    };
    if byte >> 6 != 0b10 {
        return false;
    }
    // Profile 3 has a reserved bit in front of show_existing_frame.
    let rest = if byte & 0x30 == 0x30 {
        byte << 5
    } else {
        byte << 4
    };
    let (shows_existing, inter) = (rest & 0x80 != 0, rest & 0x40 != 0);
    !shows_existing && !inter
}

#[cfg(test)]
mod tests;
