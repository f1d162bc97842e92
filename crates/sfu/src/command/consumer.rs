use crate::ids::ProducerId;
use crate::trace::MediaTraceKind;
use miso_ortc::{ConsumerType, MediaKind, RtpEncodingParameters, RtpParameters};

/// Layers of a simulcast or SVC consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreferredLayers {
    /// Spatial layer, 0 the smallest.
    pub spatial_layer: u8,
    /// Temporal layer; none is the highest.
    pub temporal_layer: Option<u8>,
}

/// How a consumer is made (fact sheet 1.12).
#[derive(Clone, Debug)]
pub struct Consume {
    /// What to forward; any producer of the same router.
    pub producer_id: ProducerId,
    /// Audio or video, as the producer.
    pub kind: MediaKind,
    /// What the peer gets.
    pub rtp_parameters: RtpParameters,
    /// How the consumer treats the producer's encodings.
    pub consumer_type: ConsumerType,
    /// The producer's encodings under their SSRCs inside the router.
    pub consumable_rtp_encodings: Vec<RtpEncodingParameters>,
    /// Whether it starts paused.
    pub paused: bool,
    /// Layers to start with.
    pub preferred_layers: Option<PreferredLayers>,
    /// Whether DTX packets of Opus are left out.
    pub ignore_dtx: bool,
}

/// Requests to a consumer.
#[derive(Debug)]
pub enum ConsumerCommand {
    /// Stops forwarding.
    Pause,
    /// Goes on forwarding, from the next key frame.
    Resume,
    /// Answered with [`Response::PreferredLayers`](super::Response::PreferredLayers).
    SetPreferredLayers(PreferredLayers),
    /// 1 to 255; answered with [`Response::Priority`](super::Response::Priority).
    SetPriority(u8),
    /// Asks the producer for a key frame.
    RequestKeyFrame,
    /// Traces these kinds from now on, and no others.
    Trace(Vec<MediaTraceKind>),
    /// Answered with [`Response::ConsumerDump`](super::Response::ConsumerDump).
    Dump,
    /// Answered with [`Response::StreamStats`](super::Response::StreamStats).
    GetStats,
    /// Answered with [`Response::Layers`](super::Response::Layers).
    ReportLayers,
}
