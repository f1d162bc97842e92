//! What a codec is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::OrtcError;
use crate::limits::MAX_NAME_BYTES;
use crate::parse::{Object, short};

/// Whether it is heard or seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Audio => "audio",
            Self::Video => "video",
        })
    }
}

/// The codecs that a worker knows by name, whatever it can do with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// `audio/opus` (RFC 7587).
    Opus,
    /// `audio/multiopus`: Opus with more than two channels.
    MultiOpus,
    /// `audio/PCMU` (RFC 3551).
    Pcmu,
    /// `audio/PCMA` (RFC 3551).
    Pcma,
    /// `audio/ISAC`.
    Isac,
    /// `audio/G722` (RFC 3551).
    G722,
    /// `audio/iLBC` (RFC 3952).
    Ilbc,
    /// `audio/SILK`.
    Silk,
    /// `audio/CN`: comfort noise (RFC 3389).
    Cn,
    /// `audio/telephone-event`: DTMF (RFC 4733).
    TelephoneEvent,
    /// `video/VP8` (RFC 7741).
    Vp8,
    /// `video/VP9` (RFC 9628).
    Vp9,
    /// `video/H264` (RFC 6184).
    H264,
    /// `video/AV1`.
    Av1,
    /// Retransmission of another codec (RFC 4588).
    Rtx,
    /// Forward error correction (RFC 5109).
    Ulpfec,
    /// Forward error correction, also under its name `flexfec-03` (RFC 8627).
    Flexfec,
    /// `x-ulpfecuc`.
    XUlpfecuc,
    /// Redundant data (RFC 2198).
    Red,
    /// None of the above: parsed, never matched.
    Unknown,
}

/// Names in MIME types; compared without regard to case.
const NAMES: [(&str, Codec); 19] = [
    ("opus", Codec::Opus),
    ("multiopus", Codec::MultiOpus),
    ("PCMU", Codec::Pcmu),
    ("PCMA", Codec::Pcma),
    ("ISAC", Codec::Isac),
    ("G722", Codec::G722),
    ("iLBC", Codec::Ilbc),
    ("SILK", Codec::Silk),
    ("CN", Codec::Cn),
    ("telephone-event", Codec::TelephoneEvent),
    ("VP8", Codec::Vp8),
    ("VP9", Codec::Vp9),
    ("H264", Codec::H264),
    ("AV1", Codec::Av1),
    ("rtx", Codec::Rtx),
    ("ulpfec", Codec::Ulpfec),
    ("flexfec", Codec::Flexfec),
    ("x-ulpfecuc", Codec::XUlpfecuc),
    ("red", Codec::Red),
];

impl Codec {
    /// Whether it carries media itself rather than helping another codec.
    pub const fn is_media(self) -> bool {
        !matches!(
            self,
            Self::Rtx | Self::Ulpfec | Self::Flexfec | Self::XUlpfecuc | Self::Red
        )
    }

    fn named(name: &str) -> Self {
        let found = NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Self::Unknown, |(_, codec)| *codec)
    }
}

/// `audio/…` or `video/…`. Keeps the spelling it came with; two are equal without regard to case.
#[derive(Clone)]
pub struct MimeType {
    text: String,
    kind: MediaKind,
    codec: Codec,
}

impl MimeType {
    /// The text, as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the slash.
    pub const fn kind(&self) -> MediaKind {
        self.kind
    }

    /// What the part after the slash stands for.
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// The part after the slash.
    pub fn subtype(&self) -> &str {
        self.text.split_once('/').map_or("", |(_, subtype)| subtype)
    }

    /// Whether it is retransmission of another codec (RFC 4588).
    pub const fn is_rtx(&self) -> bool {
        matches!(self.codec, Codec::Rtx)
    }

    /// The RTX codec of a kind.
    pub fn rtx(kind: MediaKind) -> Self {
        Self::of(kind, "rtx")
    }

    /// The type `kind/subtype`.
    pub(crate) fn of(kind: MediaKind, subtype: &str) -> Self {
        let codec = Codec::named(subtype);
        Self {
            text: format!("{kind}/{subtype}"),
            kind,
            codec,
        }
    }
}

impl FromStr for MimeType {
    type Err = OrtcError;

    fn from_str(text: &str) -> Result<Self, OrtcError> {
        const NAME: &str = "codec.mimeType";
        let (kind, subtype) = text.split_once('/').ok_or(OrtcError::Invalid(NAME))?;
        let kind = match kind {
            _ if subtype.is_empty() => return Err(OrtcError::Invalid(NAME)),
            _ if kind.eq_ignore_ascii_case("audio") => MediaKind::Audio,
            _ if kind.eq_ignore_ascii_case("video") => MediaKind::Video,
            _ => return Err(OrtcError::Invalid(NAME)),
        };
        let codec = Codec::named(subtype);
        Ok(Self {
            text: short(text.to_owned(), NAME, MAX_NAME_BYTES)?,
            kind,
            codec,
        })
    }
}

impl PartialEq for MimeType {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Eq for MimeType {}

impl fmt::Debug for MimeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for MimeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for MimeType {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.text)
    }
}

/// A feedback mechanism of a codec, such as `nack` or `ccm fir` (RFC 4585, section 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct RtcpFeedback {
    /// `nack`, `ccm`, `goog-remb`, `transport-cc` or what else a browser knows.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pli`, `fir`; empty when there is none.
    pub parameter: String,
}

impl RtcpFeedback {
    /// The mechanism `kind` with `parameter`, which may be empty.
    pub fn new(kind: &str, parameter: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            parameter: parameter.to_owned(),
        }
    }

    /// Whether it is `kind` with `parameter`.
    pub fn is(&self, kind: &str, parameter: &str) -> bool {
        self.kind == kind && self.parameter == parameter
    }
}

impl TryFrom<Value> for RtcpFeedback {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "fb")?;
        let missing = || OrtcError::Missing("fb.type");
        let kind = object
            .text("fb.type", MAX_NAME_BYTES, missing())?
            .ok_or_else(missing)?;
        let parameter = match object.take("fb.parameter") {
            Some(Value::String(text)) => short(text, "fb.parameter", MAX_NAME_BYTES)?,
            _ => String::new(),
        };
        Ok(Self { kind, parameter })
    }
}
