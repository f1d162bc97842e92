//! What a payload says about its picture: key frames, layers, frame boundaries. Descriptors only; nothing is decoded.

mod av1;
mod h264;
mod opus;
mod vp8;
mod vp9;

use std::fmt;

pub use av1::{
    Av1Aggregation, DecodeTargetIndication, DependencyDescriptor, DependencyStructure,
    DependencyTemplate,
};
pub use h264::h264_has_sps;
pub use opus::opus_is_dtx;
pub use vp8::{Vp8Descriptor, Vp8PictureId, Vp8Tl0PicIdx};
pub use vp9::{Vp9Descriptor, Vp9Layers};

/// Why a payload's descriptor cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadError {
    /// It ends before its descriptor does.
    Truncated,
    /// It contradicts itself or exceeds a limit of its format.
    Malformed,
    /// A dependency descriptor refers to a template structure that is not known.
    UnknownTemplate,
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "payload descriptor is truncated",
            Self::Malformed => "payload descriptor is malformed",
            Self::UnknownTemplate => "dependency template is unknown",
        })
    }
}

impl std::error::Error for PayloadError {}

/// The codecs whose payloads are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Opus (RFC 7587), also in its multi-channel form.
    Opus,
    /// VP8 (RFC 7741).
    Vp8,
    /// VP9 (RFC 9628).
    Vp9,
    /// H.264 (RFC 6184).
    H264,
    /// AV1 (RTP payload format for AV1 1.0), read through its dependency descriptor.
    Av1,
    /// Any other: its payload is opaque.
    Other,
}

impl Codec {
    /// The codec of a MIME type such as `video/VP8`, in any case.
    pub fn from_mime_type(mime_type: &str) -> Self {
        const NAMES: [(&str, Codec); 6] = [
            ("audio/opus", Codec::Opus),
            ("audio/multiopus", Codec::Opus),
            ("video/VP8", Codec::Vp8),
            ("video/VP9", Codec::Vp9),
            ("video/H264", Codec::H264),
            ("video/AV1", Codec::Av1),
        ];
        let found = NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(mime_type));
        found.map_or(Self::Other, |(_, codec)| *codec)
    }

    /// Whether key frames can be told from the payload alone, so that a consumer may wait for one.
    pub const fn detects_key_frames(self) -> bool {
        matches!(self, Self::Vp8 | Self::Vp9 | Self::H264)
    }

    /// Reads what a packet says about its frame. `payload` excludes padding, `marker` is that of the RTP header, and
    /// `dependency` the packet's dependency descriptor if it has one. An empty payload says nothing.
    ///
    /// # Errors
    /// [`PayloadError`] for a VP8 or VP9 payload with a bad descriptor.
    pub fn read(
        self,
        payload: &[u8],
        marker: bool,
        dependency: Option<&DependencyDescriptor>,
    ) -> Result<PayloadInfo, PayloadError> {
        let plain = PayloadInfo {
            end_of_frame: marker,
            ..PayloadInfo::default()
        };
        if payload.is_empty() {
            return Ok(plain);
        }
        Ok(match (self, dependency) {
            (Self::Other, _) | (Self::Av1, None) => plain,
            (Self::Opus, _) => PayloadInfo {
                dtx: opus_is_dtx(payload),
                ..plain
            },
            (Self::Vp8, _) => PayloadInfo::of_vp8(&Vp8Descriptor::parse(payload)?, marker),
            (Self::Vp9, _) => PayloadInfo::of_vp9(&Vp9Descriptor::parse(payload)?),
            (Self::H264, None) => PayloadInfo {
                key_frame: h264_has_sps(payload),
                ..plain
            },
            // Spatial layers of H.264 travel as streams of their own.
            (Self::H264, Some(dependency)) => PayloadInfo {
                spatial: 0,
                ..PayloadInfo::of_dependency(dependency)
            },
            (Self::Av1, Some(dependency)) => PayloadInfo::of_dependency(dependency),
        })
    }
}

/// What one packet says about its frame, whatever the codec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadInfo {
    /// Whether the packet begins a key frame.
    pub key_frame: bool,
    /// Spatial layer, 0 to 7.
    pub spatial: u8,
    /// Temporal layer, 0 to 7.
    pub temporal: u8,
    /// Whether the packet begins a frame of its layer, as far as the codec tells.
    pub start_of_frame: bool,
    /// Whether the packet ends a frame of its layer; the RTP marker where the codec does not tell.
    pub end_of_frame: bool,
    /// Whether a receiver of lower temporal layers may go up to this one here (Y of VP8, U of VP9).
    pub switching_up: bool,
    /// Whoever decodes this frame may go up to this temporal layer with the next one; the frame's own where the codec
    /// does not tell (dependency descriptor).
    pub opens_temporal: u8,
    /// Bit n for a spatial layer n whose receivers do without this frame where spatial layers depend on each other in
    /// key pictures only (K-SVC); none where nothing tells (P of VP9, the dependency descriptor).
    pub unneeded_by: u8,
    /// Whether it is a comfort noise packet of discontinuous transmission.
    pub dtx: bool,
}

impl PayloadInfo {
    fn of_vp8(descriptor: &Vp8Descriptor, marker: bool) -> Self {
        Self {
            key_frame: descriptor.key_frame,
            temporal: descriptor.temporal.unwrap_or(0),
            start_of_frame: descriptor.start && descriptor.partition == 0,
            end_of_frame: marker,
            switching_up: descriptor.layer_sync,
            opens_temporal: descriptor.temporal.unwrap_or(0),
            ..Self::default()
        }
    }

    fn of_vp9(descriptor: &Vp9Descriptor) -> Self {
        Self {
            key_frame: descriptor.is_key_frame(),
            spatial: descriptor.spatial(),
            temporal: descriptor.temporal(),
            start_of_frame: descriptor.start_of_frame,
            end_of_frame: descriptor.end_of_frame,
            switching_up: descriptor.layers.is_some_and(|layers| layers.switching_up),
            opens_temporal: descriptor.temporal(),
            unneeded_by: if descriptor.inter_predicted {
                !(1 << descriptor.spatial())
            } else {
                0
            },
            dtx: false,
        }
    }

    const fn of_dependency(dependency: &DependencyDescriptor) -> Self {
        Self {
            key_frame: dependency.has_structure,
            spatial: dependency.spatial,
            temporal: dependency.temporal,
            start_of_frame: dependency.start_of_frame,
            end_of_frame: dependency.end_of_frame,
            switching_up: false,
            opens_temporal: dependency.opens_temporal,
            unneeded_by: dependency.unneeded_by,
            dtx: false,
        }
    }
}

#[cfg(test)]
mod tests;
