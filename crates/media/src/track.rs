//! What a file holds: tracks and frames.

use std::fmt;
use std::time::Duration;

/// How frames are encoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// H.264. Frames are in Annex B form (start codes), parameter sets in front of each key frame.
    H264,
    /// VP8.
    Vp8,
    /// VP9. A frame may be a superframe.
    Vp9,
    /// AV1. A frame is a temporal unit: OBUs with their sizes, without temporal delimiter; the sequence header is in
    /// front of each key frame.
    Av1,
    /// Opus. A frame is one packet.
    Opus,
    /// One that this crate does not know more than the name of. Its frames are not read.
    Other(String),
}

impl Codec {
    /// What RTP calls it, such as `video/VP8`; none for what this crate cannot send.
    pub const fn mime_type(&self) -> Option<&'static str> {
        Some(match self {
            Self::H264 => "video/H264",
            Self::Vp8 => "video/VP8",
            Self::Vp9 => "video/VP9",
            Self::Av1 => "video/AV1",
            Self::Opus => "audio/opus",
            Self::Other(_) => return None,
        })
    }

    /// Ticks per second of its RTP timestamps.
    pub const fn clock_rate(&self) -> u32 {
        if matches!(self, Self::Opus) {
            48_000
        } else {
            90_000
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::H264 => "H.264",
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
            Self::Av1 => "AV1",
            Self::Opus => "Opus",
            Self::Other(name) => name,
        })
    }
}

/// What a track is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// One track of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// How it is encoded.
    pub codec: Codec,
    /// Sound or pictures.
    pub kind: Kind,
    /// Width of the picture in pixels, 0 for sound or when the file does not say.
    pub width: u32,
    /// Height of the picture in pixels, 0 for sound or when the file does not say.
    pub height: u32,
    /// Samples per second of sound, 0 for pictures.
    pub sample_rate: u32,
    /// Channels of sound, 0 for pictures.
    pub channels: u16,
    /// The container's codec configuration: avcC, av1C, OpusHead; empty when there is none.
    pub codec_private: Vec<u8>,
    /// How long it plays, when the file says.
    pub duration: Option<Duration>,
    /// Frames are not stored in the order in which they are shown. Browsers play such a stream badly over WebRTC:
    /// it should be encoded again. Told by the whole track in MP4, by its beginning in Matroska.
    pub has_b_frames: bool,
}

impl Track {
    pub(crate) fn video(codec: Codec, width: u32, height: u32) -> Self {
        Self {
            kind: Kind::Video,
            width,
            height,
            ..Self::empty(codec)
        }
    }

    pub(crate) fn audio(codec: Codec, sample_rate: u32, channels: u16) -> Self {
        Self {
            kind: Kind::Audio,
            sample_rate,
            channels,
            ..Self::empty(codec)
        }
    }

    const fn empty(codec: Codec) -> Self {
        Self {
            codec,
            kind: Kind::Video,
            width: 0,
            height: 0,
            sample_rate: 0,
            channels: 0,
            codec_private: Vec::new(),
            duration: None,
            has_b_frames: false,
        }
    }
}

/// One encoded picture or packet of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Index of its track in [`Reader::tracks`](crate::Reader::tracks).
    pub track: usize,
    /// The encoded bytes, never empty; see [`Codec`] for their form.
    pub data: Vec<u8>,
    /// When it is shown or heard. RTP timestamps follow this. Zero is the earliest time in the file: all tracks are
    /// shifted alike. What Opus decoders discard at the start (pre-skip) has its time before that of the picture it
    /// belongs to, so that sound and picture are in sync.
    pub pts: Duration,
    /// When it is to be decoded, so when it is to be sent. Never runs backwards within a track.
    pub dts: Duration,
    /// How long it lasts, where known.
    pub duration: Option<Duration>,
    /// Whether a decoder can begin here. Always so for sound.
    pub is_key_frame: bool,
}
