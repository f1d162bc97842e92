//! RTP header extensions (RFC 8285): their names, ids and directions.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Id of a header extension on the wire: 1 to 14 in the one-byte form, 1 to 255 in the two-byte form. Zero is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct HeaderExtensionId(pub u8);

/// What a header extension means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HeaderExtensionUri {
    /// Media identification (RFC 8843, section 15).
    Mid,
    /// RTP stream id (RFC 8852).
    RtpStreamId,
    /// RTP stream id of the repaired stream (RFC 8852).
    RepairedRtpStreamId,
    /// Absolute send time, 24 bits.
    AbsSendTime,
    /// Transport-wide sequence number.
    TransportWideCc,
    /// Client-to-mixer audio level (RFC 6464).
    SsrcAudioLevel,
    /// AV1's dependency descriptor, used with any codec.
    DependencyDescriptor,
    /// Coordination of video orientation (3GPP TS 26.114).
    VideoOrientation,
    /// Transmission time offset (RFC 5450).
    TimeOffset,
    /// Absolute capture time.
    AbsCaptureTime,
    /// Playout delay limits.
    PlayoutDelay,
    /// mediasoup's packet id.
    PacketId,
    /// One that nobody here knows: parsed, never matched.
    Other(String),
}

const URIS: [(&str, HeaderExtensionUri); 12] = [
    (
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        HeaderExtensionUri::Mid,
    ),
    (
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        HeaderExtensionUri::RtpStreamId,
    ),
    (
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        HeaderExtensionUri::RepairedRtpStreamId,
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        HeaderExtensionUri::AbsSendTime,
    ),
    (
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        HeaderExtensionUri::TransportWideCc,
    ),
    (
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        HeaderExtensionUri::SsrcAudioLevel,
    ),
    (
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
        HeaderExtensionUri::DependencyDescriptor,
    ),
    (
        "urn:3gpp:video-orientation",
        HeaderExtensionUri::VideoOrientation,
    ),
    (
        "urn:ietf:params:rtp-hdrext:toffset",
        HeaderExtensionUri::TimeOffset,
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        HeaderExtensionUri::AbsCaptureTime,
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        HeaderExtensionUri::PlayoutDelay,
    ),
    (
        "urn:mediasoup:params:rtp-hdrext:packet-id",
        HeaderExtensionUri::PacketId,
    ),
];

impl HeaderExtensionUri {
    /// The URI.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(uri) => uri,
            known => URIS
                .iter()
                .find(|(_, it)| it == known)
                .map_or("", |(uri, _)| uri),
        }
    }
}

impl From<String> for HeaderExtensionUri {
    fn from(uri: String) -> Self {
        let known = URIS.iter().find(|(known, _)| *known == uri);
        known.map_or(Self::Other(uri), |(_, it)| it.clone())
    }
}

impl fmt::Display for HeaderExtensionUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for HeaderExtensionUri {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

/// In which direction a header extension may be used, seen from the side that declares it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Both.
    #[default]
    SendRecv,
    /// Sent only.
    SendOnly,
    /// Received only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// Whether the side that declares it may send it.
    pub const fn can_send(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// What a text says; one that nobody knows permits nothing.
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            _ => Self::Inactive,
        }
    }
}
