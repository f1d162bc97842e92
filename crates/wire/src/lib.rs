//! Bytes to values and back: RTP, RTCP, STUN framing, header extensions, codec descriptors; ids and units.
//!
//! Everything here is pure: a parser borrows its input and returns ranges or small values, a writer fills a
//! caller's buffer. No input can make it panic; a malformed one yields a small `Copy` error.

#![deny(
    clippy::indexing_slicing,
    reason = "whatever comes from the network must not be able to panic"
)]

mod bytes;
mod classify;
mod codec;
mod extension;
mod framing;
mod ids;
mod red;
mod rtcp;
mod rtp;
pub mod stun;
mod subchannels;
mod units;

pub use bytes::BufferFull;
pub use classify::{PacketKind, classify};
pub use codec::{
    Av1Aggregation, Codec, DecodeTargetIndication, DependencyDescriptor, DependencyStructure,
    DependencyTemplate, PayloadError, PayloadInfo, Vp8Descriptor, Vp8PictureId, Vp8Tl0PicIdx,
    Vp9Descriptor, Vp9Layers, h264_has_sps, opus_is_dtx,
};
pub use extension::{
    AbsCaptureTime, AbsSendTime, AudioLevel, ExtensionBlock, ExtensionElements, ExtensionError,
    ExtensionForm, ExtensionKind, ExtensionWriter, PlayoutDelay, TransmissionOffset,
    VideoOrientation, read_mid, read_rid, read_transport_seq, write_mid, write_transport_seq,
};
pub use framing::{Deframer, FrameTooLong, MAX_BUFFERED, frame_prefix};
pub use ids::{ExtSeq, Mid, Pt, Rid, RtpTime, Seq, Ssrc, TooLong};
pub use red::{RedCopy, RedError, RedLayout};
pub use rtcp::{
    Bye, Dlrr, DlrrBlock, FeedbackTime, Fir, FirEntry, Nack, Pli, ReceiverReport, Remb,
    ReportBlock, RtcpError, RtcpPacket, RtcpPackets, RtcpWriter, Sdes, SdesChunk, SenderInfo,
    SenderReport, TransportFeedback, TransportFeedbackHead, Xr, XrBlock,
};
pub use rtp::{
    RtpError, RtpFields, RtpHeader, set_marker, set_pt, set_seq, set_ssrc, set_timestamp,
};
pub use subchannels::{BadPrefix, SubchannelPrefix, prefix_subchannels};
pub use units::{Bitrate, NtpTime};
