//! RTP capabilities and parameters: validation, matching, mapping; pure functions.
//!
//! The worker never negotiates. Everything that two sides have to agree on, codecs, payload types, header
//! extensions, SSRCs, is decided here, before a transport learns of it:
//!
//! 1. a router's capabilities come from its codecs: [`router_rtp_capabilities`];
//! 2. a producer's parameters are mapped onto them: [`producer_rtp_mapping`], [`consumable_rtp_parameters`],
//!    [`producer_type`];
//! 3. a consumer's parameters follow from the consumable ones and what the remote side can take:
//!    [`can_consume`], [`consumer_rtp_parameters`], [`pipe_consumer_rtp_parameters`].
//!
//! Names, defaults and error texts are mediasoup's (npm 3.27). The JSON of every type is what mediasoup-client
//! sends and expects: reading normalises (unknown members are dropped, absent lists are empty), so a value read
//! is a valid one; a value built in Rust passes through [`validate_rtp_capabilities`] or
//! [`validate_rtp_parameters`] to be the same.
//!
//! Randomness comes from outside: functions that choose SSRCs take a source of random numbers.

mod error;
pub mod limits;
mod parse;
mod types;

pub use error::{OrtcError, OrtcErrorKind};
pub use types::{
    Codec, CodecMapping, CodecParameterValue, CodecParameters, ConsumerType, Direction,
    EncodingMapping, HeaderExtensionId, HeaderExtensionUri, MediaKind, MimeType, NumSctpStreams,
    ProducerType, RouterRtpCodecCapability, RtcpFeedback, RtcpParameters, RtpCapabilities,
    RtpCodecCapability, RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtension,
    RtpHeaderExtensionParameters, RtpMapping, RtpParameters, RtxParameters, ScalabilityLayers,
    ScalabilityMode, SctpCapabilities, SctpParameters, SctpStreamId, SctpStreamParameters,
    parse_scalability_mode,
};
