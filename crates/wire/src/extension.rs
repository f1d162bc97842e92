//! RTP header extensions: which ones there are, how their block is laid out, what their values mean.

mod block;
mod values;

pub use block::{
    ExtensionBlock, ExtensionElements, ExtensionError, ExtensionForm, ExtensionWriter,
};
pub use values::{
    AbsCaptureTime, AbsSendTime, AudioLevel, PlayoutDelay, TransmissionOffset, VideoOrientation,
    read_mid, read_rid, read_transport_seq, write_mid, write_transport_seq,
};

/// A header extension that the router knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtensionKind {
    /// Media identification (RFC 8843, section 15).
    Mid,
    /// RTP stream identifier (RFC 8852, section 3.1).
    Rid,
    /// Repaired RTP stream identifier (RFC 8852, section 3.2).
    RepairedRid,
    /// Absolute send time, a 24-bit clock of the sender.
    AbsSendTime,
    /// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    TransportWideCc,
    /// Client-to-mixer audio level (RFC 6464).
    AudioLevel,
    /// AV1 dependency descriptor (RTP payload format for AV1, appendix A).
    DependencyDescriptor,
    /// Coordination of video orientation (3GPP TS 26.114, section 7.4.5).
    VideoOrientation,
    /// Transmission time offset (RFC 5450).
    TransmissionOffset,
    /// Absolute capture time.
    AbsCaptureTime,
    /// Playout delay limits.
    PlayoutDelay,
    /// mediasoup's packet id.
    PacketId,
}

impl ExtensionKind {
    /// All of them, in the order of the router's capabilities, which is also that of their internal ids.
    pub const ALL: [Self; 12] = [
        Self::Mid,
        Self::Rid,
        Self::RepairedRid,
        Self::AbsSendTime,
        Self::TransportWideCc,
        Self::AudioLevel,
        Self::DependencyDescriptor,
        Self::VideoOrientation,
        Self::TransmissionOffset,
        Self::AbsCaptureTime,
        Self::PlayoutDelay,
        Self::PacketId,
    ];

    /// The URI by which it is negotiated.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Mid => "urn:ietf:params:rtp-hdrext:sdes:mid",
            Self::Rid => "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            Self::RepairedRid => "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            Self::AbsSendTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            Self::TransportWideCc => {
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
            }
            Self::AudioLevel => "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            Self::DependencyDescriptor => {
                "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
            }
            Self::VideoOrientation => "urn:3gpp:video-orientation",
            Self::TransmissionOffset => "urn:ietf:params:rtp-hdrext:toffset",
            Self::AbsCaptureTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
            Self::PlayoutDelay => "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
            Self::PacketId => "urn:mediasoup:params:rtp-hdrext:packet-id",
        }
    }

    /// The kind with this URI, compared byte by byte.
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.uri() == uri)
    }

    /// The id that it has inside the router and towards every consumer, 1 to 12 (mediasoup's npm edition).
    pub const fn internal_id(self) -> u8 {
        match self {
            Self::Mid => 1,
            Self::Rid => 2,
            Self::RepairedRid => 3,
            Self::AbsSendTime => 4,
            Self::TransportWideCc => 5,
            Self::AudioLevel => 6,
            Self::DependencyDescriptor => 7,
            Self::VideoOrientation => 8,
            Self::TransmissionOffset => 9,
            Self::AbsCaptureTime => 10,
            Self::PlayoutDelay => 11,
            Self::PacketId => 12,
        }
    }

    /// The kind with this internal id.
    pub fn from_internal_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.internal_id() == id)
    }
}

#[cfg(test)]
mod tests;
