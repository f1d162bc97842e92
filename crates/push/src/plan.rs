//! Which tracks can be sent as they are, by what the room takes. Pure.

use std::fmt;

use miso_media::{Codec, Frame, Kind, Track};
use miso_ortc::{
    CodecParameters, MediaKind, RtpCapabilities, RtpCodecCapability, Strictness, match_codecs,
};

/// Why a track cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Nothing that WebRTC carries, or that we know.
    Unknown(String),
    /// The room has no such codec.
    NotInRoom(Codec),
    /// The room has the codec, but not in this profile.
    Profile(Codec, String),
    /// Pictures are not stored in the order in which they are shown.
    BFrames,
    /// More channels than two.
    Channels(u16),
    /// The user wants it so.
    Wished,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "{name} is no codec of rooms"),
            Self::NotInRoom(codec) => write!(f, "the room does not take {codec}"),
            Self::Profile(codec, profile) => {
                write!(f, "the room does not take {codec} of profile {profile}")
            }
            Self::BFrames => write!(f, "it has B-frames, which browsers do not play live"),
            Self::Channels(count) => write!(f, "it has {count} channels, rooms take two"),
            Self::Wished => write!(f, "--reencode asks for it"),
        }
    }
}

/// The codec of the room as which a track is sent. `first` is its first frame, which tells the profile.
///
/// # Errors
/// [`Unfit`] says why it must be encoded anew.
pub(crate) fn judge(
    track: &Track,
    first: Option<&Frame>,
    room: &RtpCapabilities,
) -> Result<RtpCodecCapability, Unfit> {
    let mime_type = track.codec.mime_type();
    let mime_type = mime_type.ok_or_else(|| Unfit::Unknown(track.codec.to_string()))?;
    if track.channels > 2 {
        return Err(Unfit::Channels(track.channels));
    }
    let same_name =
        |it: &&RtpCodecCapability| it.mime_type.as_str().eq_ignore_ascii_case(mime_type);
    let mut candidates = room.codecs.iter().filter(same_name).peekable();
    let Some(any) = candidates.peek() else {
        return Err(Unfit::NotInRoom(track.codec.clone()));
    };
    let mut own = (*any).clone();
    own.parameters = parameters(track, first);
    let found = candidates.find(|it| match_codecs(&own, *it, Strictness::Strict).is_some());
    let Some(found) = found.cloned() else {
        return Err(Unfit::Profile(track.codec.clone(), profile_name(&own)));
    };
    if track.has_b_frames {
        return Err(Unfit::BFrames);
    }
    Ok(found)
}

/// The room's codec for pictures of the test pattern or of an encoder; none if the room has it not.
pub(crate) fn find(room: &RtpCapabilities, codec: &Codec) -> Option<RtpCodecCapability> {
    let mime_type = codec.mime_type()?;
    let mut codecs = room.codecs.iter();
    codecs
        .find(|it| it.mime_type.as_str().eq_ignore_ascii_case(mime_type))
        .cloned()
}

/// What a track is to the room.
pub(crate) const fn kind(track: &Track) -> MediaKind {
    match track.kind {
        Kind::Audio => MediaKind::Audio,
        Kind::Video => MediaKind::Video,
    }
}

/// Format parameters that tell the profile.
fn parameters(track: &Track, first: Option<&Frame>) -> CodecParameters {
    let mut parameters = CodecParameters::new();
    let data = first.map_or(&[][..], |frame| &frame.data);
    match track.codec {
        Codec::H264 => {
            parameters.insert("packetization-mode", 1);
            parameters.insert("level-asymmetry-allowed", 1);
            if let Some(profile) = h264_profile(&track.codec_private).or_else(|| h264_sps(data)) {
                parameters.insert("profile-level-id", profile.as_str());
            }
        }
        Codec::Vp9 => {
            if let Some(profile) = vp9_profile(data) {
                parameters.insert("profile-id", profile);
            }
        }
        Codec::Vp8 | Codec::Av1 | Codec::Opus | Codec::Other(_) => {}
    }
    parameters
}

fn profile_name(codec: &RtpCodecCapability) -> String {
    let parameters = &codec.parameters;
    let text = parameters.text("profile-level-id").map(str::to_owned);
    let number = parameters.int("profile-id").map(|it| it.to_string());
    text.or(number).unwrap_or_else(|| "unknown".to_owned())
}

/// `profile-level-id` from an avcC box (ISO/IEC 14496-15, section 5.3.3).
fn h264_profile(avcc: &[u8]) -> Option<String> {
    match avcc {
        [1, profile, flags, level, ..] => Some(format!("{profile:02x}{flags:02x}{level:02x}")),
        _ => None,
    }
}

/// `profile-level-id` from the first sequence parameter set of a frame in Annex B form.
fn h264_sps(frame: &[u8]) -> Option<String> {
    frame.windows(7).find_map(|window| match window {
        [0, 0, 1, head, profile, flags, level] if head & 0x1f == 7 => {
            Some(format!("{profile:02x}{flags:02x}{level:02x}"))
        }
        _ => None,
    })
}

/// The profile in the uncompressed header of a VP9 frame: two bits behind the frame marker, the lower one first.
fn vp9_profile(frame: &[u8]) -> Option<i64> {
    let first = *frame.first()?;
    (first >> 6 == 0b10).then(|| i64::from(first >> 5 & 1) | i64::from(first >> 4 & 1) << 1)
}

#[cfg(test)]
mod tests;
