//! What is negotiated. One file per family of types.

mod capabilities;
mod codec;
mod codec_parameters;
mod header_extension;
mod mapping;
mod parameters;
mod scalability;
mod sctp;
mod to_json;

pub use capabilities::{
    RouterRtpCodecCapability, RtpCapabilities, RtpCodecCapability, RtpHeaderExtension,
};
pub use codec::{Codec, MediaKind, MimeType, RtcpFeedback};
pub use codec_parameters::{CodecParameterValue, CodecParameters};
pub use header_extension::{Direction, HeaderExtensionId, HeaderExtensionUri};
pub use mapping::{CodecMapping, ConsumerType, EncodingMapping, ProducerType, RtpMapping};
pub use parameters::{
    RtcpParameters, RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtensionParameters,
    RtpParameters, RtxParameters,
};
pub use scalability::{ScalabilityLayers, ScalabilityMode, parse_scalability_mode};
pub use sctp::{
    NumSctpStreams, SctpCapabilities, SctpParameters, SctpStreamId, SctpStreamParameters,
};

#[cfg(test)]
mod tests;
