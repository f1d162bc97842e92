use crate::trace::MediaTrace;
use miso_wire::{Rid, Ssrc};

/// How well one stream of a producer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamScore {
    /// Index of the encoding in the RTP parameters.
    pub encoding_idx: u32,
    /// The stream's SSRC.
    pub ssrc: Ssrc,
    /// The stream's RID.
    pub rid: Option<Rid>,
    /// 0 (dead) to 10 (perfect).
    pub score: u8,
}

/// How the camera was held (3GPP TS 26.114, section 7.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoOrientation {
    /// Back-facing camera.
    pub camera: bool,
    /// Mirrored horizontally.
    pub flip: bool,
    /// Degrees counter-clockwise: 0, 90, 180 or 270.
    pub rotation: u16,
}

/// Events of a producer.
#[derive(Debug)]
pub enum ProducerEvent {
    /// A stream was made or its score changed.
    Score(Vec<StreamScore>),
    /// The camera was turned.
    VideoOrientationChange(VideoOrientation),
    /// Something that is traced.
    Trace(Box<MediaTrace>),
}
