use crate::trace::MediaTraceKind;
use miso_ortc::{MediaKind, RtpMapping, RtpParameters};
use std::time::Duration;

/// How a producer is made (fact sheet 1.11).
#[derive(Clone, Debug)]
pub struct Produce {
    /// Audio or video.
    pub kind: MediaKind,
    /// What the peer sends.
    pub rtp_parameters: RtpParameters,
    /// How its payload types and SSRCs are called inside the router.
    pub rtp_mapping: RtpMapping,
    /// Whether it starts paused.
    pub paused: bool,
    /// Least time between two key frame requests; zero for none.
    pub key_frame_request_delay: Duration,
    /// Whether packets without mediasoup's packet id get one; video only.
    pub numbers_packets: bool,
}

/// What matters most of a picture when not all of it fits (W3C MediaStreamTrack Content Hints).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentHint {
    /// That it moves: it gets smaller before it stutters. Cameras.
    #[default]
    Motion,
    /// That it is sharp: it stutters before it gets smaller. Screens.
    Detail,
}

/// Requests to a producer.
#[derive(Debug)]
pub enum ProducerCommand {
    /// Stops forwarding; reception, statistics and key frame tracking go on.
    Pause,
    /// Goes on forwarding and asks for a key frame.
    Resume,
    /// Says what matters most of its picture.
    SetContentHint(ContentHint),
    /// Traces these kinds from now on, and no others.
    Trace(Vec<MediaTraceKind>),
    /// Answered with [`Response::ProducerDump`](super::Response::ProducerDump).
    Dump,
    /// Answered with [`Response::StreamStats`](super::Response::StreamStats).
    GetStats,
}
