//! RTP capabilities and parameters: validation, matching, mapping; pure functions.
//!
//! The worker never negotiates. Everything that two sides have to agree on, codecs, payload types, header
//! extensions, SSRCs, is decided here, before a transport learns of it:
//!
//! 1. a router's capabilities come from its codecs: [`router_rtp_capabilities`];
//! 2. a producer's parameters are mapped onto them: [`prepare_producer`] does all its steps,
//!    [`producer_rtp_mapping`], [`consumable_rtp_parameters`] and [`producer_type`] one each;
//! 3. a consumer's parameters follow from the consumable ones and what the remote side can take:
//!    [`can_consume`], [`consumer_rtp_parameters`], [`pipe_consumer_rtp_parameters`].
//!
//! Names, defaults and error texts are mediasoup's (npm 3.27). The JSON of every type is what mediasoup-client
//! sends and expects: reading normalises (unknown members are dropped, absent lists are empty), so a value read
//! is a valid one; a value built in Rust passes through [`validate_rtp_capabilities`] or
//! [`validate_rtp_parameters`] to be the same.
//!
//! Randomness comes from outside: functions that choose SSRCs take a source of random numbers.

mod consumable;
mod consumer;
mod data;
mod error;
mod h264;
pub mod limits;
mod matching;
mod parse;
mod pipe;
mod producer;
mod router;
mod ssrcs;
mod stream_ids;
mod supported;
mod transport;
mod types;
mod validate;

pub use consumable::consumable_rtp_parameters;
pub use consumer::{ConsumerOptions, can_consume, consumer_rtp_parameters};
pub use data::{DataConsumerOptions, data_consumer_stream_parameters};
pub use error::{OrtcError, OrtcErrorKind};
pub use matching::{CodecMatch, CodecRef, Strictness, match_codecs};
pub use pipe::pipe_consumer_rtp_parameters;
pub use producer::{
    PreparedProducer, ProducerOptions, check_rtp_mapping, check_rtp_parameters, prepare_producer,
    producer_rtp_mapping, producer_type,
};
pub use router::router_rtp_capabilities;
pub use ssrcs::RandomU32;
pub use stream_ids::SctpStreamIds;
pub use supported::supported_rtp_capabilities;
pub use transport::{MidAllocator, TransportCname};
pub use types::{
    Codec, CodecMapping, CodecParameterValue, CodecParameters, ConsumerType, Direction,
    EncodingMapping, HeaderExtensionId, HeaderExtensionUri, MediaKind, MimeType, NumSctpStreams,
    ProducerType, RouterRtpCodecCapability, RtcpFeedback, RtcpParameters, RtpCapabilities,
    RtpCodecCapability, RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtension,
    RtpHeaderExtensionParameters, RtpMapping, RtpParameters, RtxParameters, ScalabilityLayers,
    ScalabilityMode, SctpCapabilities, SctpParameters, SctpStreamId, SctpStreamParameters,
    parse_scalability_mode,
};
pub use validate::{validate_rtp_capabilities, validate_rtp_parameters};

#[cfg(test)]
mod browsers;
#[cfg(test)]
mod tests;
