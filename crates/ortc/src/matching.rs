//! When two codecs are the same.

use crate::{Codec, CodecParameters, MimeType, RtpCodecCapability, RtpCodecParameters, h264};

/// How alike two codecs must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Name, clock rate and channels.
    Loose,
    /// Also the profile, where a codec has profiles.
    Strict,
}

/// The part of a capability, or of a codec in use, that decides whether it matches another.
#[derive(Clone, Copy, Debug)]
pub struct CodecRef<'a> {
    /// Its name.
    pub mime_type: &'a MimeType,
    /// Ticks of the RTP timestamp per second.
    pub clock_rate: u32,
    /// Channels of audio.
    pub channels: Option<u8>,
    /// Its format parameters.
    pub parameters: &'a CodecParameters,
}

impl<'a> From<&'a RtpCodecCapability> for CodecRef<'a> {
    fn from(codec: &'a RtpCodecCapability) -> Self {
        Self {
            mime_type: &codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: &codec.parameters,
        }
    }
}

impl<'a> From<&'a RtpCodecParameters> for CodecRef<'a> {
    fn from(codec: &'a RtpCodecParameters) -> Self {
        Self {
            mime_type: &codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: &codec.parameters,
        }
    }
}

/// What follows from a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecMatch {
    /// Nothing: the first codec stays as it is.
    AsIs,
    /// The first codec, H.264, should say this `profile-level-id`, or none.
    H264 {
        /// The answer to the second codec's.
        profile_level_id: Option<String>,
    },
}

/// Whether `a` and `b` are the same codec.
///
/// Opus matches whatever its parameters say, AV1 and VP8 likewise; RTX matches by clock rate alone. H.265 has no
/// support.
pub fn match_codecs<'a>(
    a: impl Into<CodecRef<'a>>,
    b: impl Into<CodecRef<'a>>,
    strictness: Strictness,
) -> Option<CodecMatch> {
    let (a, b) = (a.into(), b.into());
    // What is retransmitted has channels, RTX itself has none that matter.
    let same_channels = a.channels == b.channels || a.mime_type.is_rtx();
    if a.mime_type != b.mime_type || a.clock_rate != b.clock_rate || !same_channels {
        return None;
    }
    let same_number = |name| a.parameters.int(name) == b.parameters.int(name);
    let same_or_zero =
        |name| a.parameters.int(name).unwrap_or(0) == b.parameters.int(name).unwrap_or(0);
    match (a.mime_type.codec(), strictness) {
        (Codec::MultiOpus, _) => {
            let same = same_number("num_streams") && same_number("coupled_streams");
            same.then_some(CodecMatch::AsIs)
        }
        (Codec::H264, Strictness::Strict) => {
            if !same_or_zero("packetization-mode") {
                return None;
            }
            let profile_level_id = h264::answer_profile_level_id(a.parameters, b.parameters)?;
            Some(CodecMatch::H264 { profile_level_id })
        }
        (Codec::Vp9, Strictness::Strict) => same_or_zero("profile-id").then_some(CodecMatch::AsIs),
        (Codec::Unknown, _) => None,
        _ => Some(CodecMatch::AsIs),
    }
}

#[cfg(test)]
mod tests;
