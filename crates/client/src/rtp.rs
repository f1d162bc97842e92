//! Packets as a consumer gets them.

use std::sync::Arc;
use std::time::Instant;

use miso_wire::{ExtSeq, Pt, RtpTime};

/// How loud audio is (RFC 6464).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// From -127, silence, to 0, the loudest.
    pub dbov: i8,
    /// Whether it is thought to be a voice.
    pub is_voice: bool,
}

/// A packet of a consumer.
#[derive(Clone, Debug)]
pub struct RtpPacket {
    /// The sequence number, continued beyond 16 bits. Packets sent again may come after later ones.
    pub seq: ExtSeq,
    /// The timestamp, in ticks of the codec's clock.
    pub timestamp: RtpTime,
    /// Whether it is the last of a frame of video, or the first after silence of audio.
    pub marker: bool,
    /// The payload type.
    pub payload_type: Pt,
    /// How loud it is, where the sender says so.
    pub audio_level: Option<AudioLevel>,
    /// What it carries.
    pub payload: Arc<[u8]>,
    /// When it arrived.
    pub received: Instant,
}

impl From<str0m::rtp::RtpPacket> for RtpPacket {
    fn from(packet: str0m::rtp::RtpPacket) -> Self {
        let values = &packet.header.ext_vals;
        let level = |dbov| AudioLevel {
            dbov,
            is_voice: values.voice_activity.unwrap_or(false),
        };
        Self {
            seq: ExtSeq(*packet.seq_no),
            timestamp: RtpTime(packet.header.timestamp),
            marker: packet.header.marker,
            payload_type: Pt(*packet.header.payload_type),
            audio_level: values.audio_level.map(level),
            payload: packet.payload,
            received: packet.timestamp,
        }
    }
}
