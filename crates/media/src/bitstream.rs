//! What must be known of encoded frames: where key frames are, and the form that [`Codec`] promises.

pub(crate) mod av1;
mod bits;
pub(crate) mod h264;
pub(crate) mod opus;
pub(crate) mod size;

use crate::Codec;

/// How a container stores the frames of a track, so what is to be done to bring them into the form of [`Codec`].
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    /// Nothing.
    AsIs,
    /// NAL units with lengths (ISO/IEC 14496-15).
    Avc(h264::AvcConfig),
    /// OBUs, perhaps with temporal delimiters; the sequence header perhaps only here.
    Av1 { sequence_header: Vec<u8> },
}

impl Stored {
    /// From the codec configuration of MP4 and Matroska, empty where there is none. None when it is damaged.
    pub(crate) fn of(codec: &Codec, private: &[u8]) -> Option<Self> {
        Some(match codec {
            Codec::H264 if !private.is_empty() => Self::Avc(h264::AvcConfig::parse(private)?),
            Codec::Av1 => Self::Av1 {
                // The configuration's OBUs follow four bytes (AV1 in ISO-BMFF, section 2.3.3).
                sequence_header: av1::without_delimiters(private.get(4..).unwrap_or(&[])),
            },
            _ => Self::AsIs,
        })
    }

    /// Brings a frame into the form that [`Codec`] promises; none when it is damaged. It may become empty.
    pub(crate) fn restore(&self, data: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::AsIs => Some(data),
            Self::Avc(config) => config.to_annex_b(&data),
            Self::Av1 { sequence_header } => {
                let unit = av1::without_delimiters(&data);
                if av1::is_key_frame(&unit) && !av1::has_sequence_header(&unit) {
                    return Some([sequence_header.as_slice(), &unit].concat());
                }
                Some(unit)
            }
        }
    }
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
