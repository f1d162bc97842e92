//! Why capabilities or parameters were refused, in mediasoup's words.

use miso_wire::Pt;

use crate::MimeType;

/// The class of error that mediasoup's API throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrtcErrorKind {
    /// The caller's arguments are wrong.
    TypeError,
    /// The arguments are right, but what they ask for is not supported.
    UnsupportedError,
    /// Anything else.
    Error,
}

/// Why capabilities or parameters were refused. The text is the one that mediasoup's clients may look for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrtcError {
    /// Something other than a JSON object stands where one must.
    #[error("{0} is not an object")]
    NotAnObject(&'static str),
    /// Something other than a JSON string stands where one must.
    #[error("{0} is not a string")]
    NotAString(&'static str),
    /// A mandatory member is absent.
    #[error("missing {0}")]
    Missing(&'static str),
    /// A member has a wrong type, or a value out of range.
    #[error("invalid {0}")]
    Invalid(&'static str),
    /// A list is longer than [`crate::limits`] allow.
    #[error("too many {what} (maximum {max})")]
    TooMany {
        /// What the list holds.
        what: &'static str,
        /// The maximum.
        max: usize,
    },
    /// A text is longer than [`crate::limits`] allow.
    #[error("{what} too long (maximum {max} bytes)")]
    TooLong {
        /// The member.
        what: &'static str,
        /// The maximum in bytes.
        max: usize,
    },
    /// A router was asked for a codec that nobody here supports.
    #[error("media codec not supported [mimeType:{0}]")]
    MediaCodecNotSupported(MimeType),
    /// A router has more codecs than there are dynamic payload types.
    #[error("cannot allocate more dynamic codec payload types")]
    NoDynamicPayloadType,
    /// Two codecs of a router ask for the same payload type.
    #[error("duplicated codec.preferredPayloadType")]
    DuplicatedPreferredPayloadType,
    /// A producer uses a codec that its router does not have.
    #[error("unsupported codec [mimeType:{mime_type}, payloadType:{}]", payload_type.0)]
    UnsupportedCodec {
        /// The codec.
        mime_type: MimeType,
        /// Its payload type at the producer.
        payload_type: Pt,
    },
    /// A producer's RTX codec belongs to no codec of it.
    #[error("missing media codec found for RTX PT {}", .0.0)]
    MissingMediaCodecForRtx(Pt),
    /// A producer uses RTX with a codec for which its router has none.
    #[error("no RTX codec for capability codec PT {}", .0.0)]
    NoRtxCodec(Pt),
    /// A consumer's side can take none of the producer's codecs.
    #[error("no compatible media codecs")]
    NoCompatibleMediaCodecs,
    /// The worker does not know this codec.
    #[error("unknown codec MIME subtype '{0}'")]
    UnknownMimeSubtype(String),
    /// Parameters without a codec.
    #[error("empty codecs")]
    EmptyCodecs,
    /// Parameters without an encoding.
    #[error("empty encodings")]
    EmptyEncodings,
    /// Two codecs share a payload type.
    #[error("duplicated payloadType")]
    DuplicatedPayloadType,
    /// An RTX codec does not say what it retransmits.
    #[error("missing apt parameter in RTX codec")]
    MissingApt,
    /// An RTX codec retransmits something that is no media.
    #[error("apt in RTX codec points to a {0} codec")]
    AptPointsTo(&'static str),
    /// An RTX codec retransmits a payload type that is not there.
    #[error("apt in RTX codec points to a non existing codec")]
    AptPointsToNothing,
    /// All codecs are auxiliary ones.
    #[error("no media codecs found")]
    NoMediaCodecs,
    /// An encoding names a payload type of a codec that is no media.
    #[error("invalid codecPayloadType")]
    InvalidCodecPayloadType,
    /// An encoding names a payload type that is not there.
    #[error("unknown codecPayloadType")]
    UnknownCodecPayloadType,
    /// Several encodings, one of them with several spatial layers.
    #[error("cannot use both simulcast and encodings with multiple SVC spatial layers")]
    SimulcastAndSvc,
    /// The codec cannot be sent as simulcast or SVC.
    #[error("{mime_type} codec not supported for {way}")]
    CodecNotSupportedFor {
        /// The codec.
        mime_type: MimeType,
        /// `simulcast` or `svc`.
        way: &'static str,
    },
    /// A single encoding has layers, but its codec cannot have any.
    #[error("invalid RTP parameters")]
    InvalidRtpParameters,
    /// RTCP parameters without a CNAME where one is mandatory.
    #[error("missing cname")]
    MissingCname,
    /// The CNAME is empty.
    #[error("empty cname")]
    EmptyCname,
    /// A header extension has the id that stands for padding.
    #[error("RTP extension id cannot be 0")]
    ExtensionIdZero,
    /// Parameters and mapping do not speak of the same encodings.
    #[error("rtpParameters.encodings size does not match rtpMapping.encodings size")]
    MappingSizeMismatch,
    /// One of several encodings could not be recognised among received packets.
    #[error("wrong entry in rtpMapping.encodings (missing ssrc or rid)")]
    MappingWithoutSsrcOrRid,
    /// The only encoding could not be recognised among received packets.
    #[error("wrong entry in rtpMapping.encodings (missing ssrc or rid, or rtpParameters.mid)")]
    MappingWithoutSsrcOrRidOrMid,
    /// A mapped SSRC is zero.
    #[error("wrong entry in rtpMapping.encodings (missing mappedSsrc)")]
    MappingWithoutMappedSsrc,
    /// The stream id is the reserved one.
    #[error("streamId must not be greater than 65534")]
    SctpStreamIdTooHigh,
    /// A message cannot be bounded by time and by retransmissions at once.
    #[error("cannot provide both maxPacketLifeTime and maxRetransmits")]
    LifeTimeAndRetransmits,
    /// What is bounded is not ordered.
    #[error("cannot be ordered with maxPacketLifeTime or maxRetransmits")]
    OrderedWithLimits,
    /// All stream ids of a transport are taken.
    #[error("no sctpStreamId available")]
    NoSctpStreamId,
}

impl OrtcError {
    /// The class of error that mediasoup's API throws for it.
    pub const fn kind(&self) -> OrtcErrorKind {
        match self {
            Self::MediaCodecNotSupported(_)
            | Self::UnsupportedCodec { .. }
            | Self::NoRtxCodec(_)
            | Self::NoCompatibleMediaCodecs => OrtcErrorKind::UnsupportedError,
            Self::NoDynamicPayloadType | Self::NoSctpStreamId => OrtcErrorKind::Error,
            _ => OrtcErrorKind::TypeError,
        }
    }
}
