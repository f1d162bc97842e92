//! What a producer sends or a consumer receives.

use miso_wire::{Bitrate, Mid, Pt, Rid, Ssrc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capabilities::CodecMembers;
use super::{
    Codec, CodecParameters, HeaderExtensionId, HeaderExtensionUri, MediaKind, MimeType,
    RtcpFeedback, ScalabilityMode, to_json,
};
use crate::OrtcError;
use crate::limits::{
    MAX_CNAME_BYTES, MAX_CODECS, MAX_ENCODINGS, MAX_HEADER_EXTENSIONS, MAX_MSID_BYTES,
    MAX_NAME_BYTES, MAX_URI_BYTES,
};
use crate::parse::Object;

/// How a producer sends, or a consumer receives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpParameters {
    /// Media identification, unique in its transport. Absent on plain transports and pipes.
    #[serde(
        serialize_with = "to_json::some_mid",
        skip_serializing_if = "Option::is_none"
    )]
    pub mid: Option<Mid>,
    /// Codecs that may appear, RTX among them.
    pub codecs: Vec<RtpCodecParameters>,
    /// Header extensions that may appear.
    pub header_extensions: Vec<RtpHeaderExtensionParameters>,
    /// Streams: one, or several with simulcast from lowest to highest quality.
    pub encodings: Vec<RtpEncodingParameters>,
    /// RTCP.
    pub rtcp: RtcpParameters,
    /// Which MediaStream it belongs to (RFC 8830).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msid: Option<String>,
}

impl RtpParameters {
    /// The codec of `encoding`: the one it names, else the first that carries media.
    pub fn codec_of(&self, encoding: &RtpEncodingParameters) -> Option<&RtpCodecParameters> {
        let named = |codec: &&RtpCodecParameters| {
            encoding
                .codec_payload_type
                .is_none_or(|pt| pt == codec.payload_type)
        };
        self.codecs
            .iter()
            .filter(|codec| codec.mime_type.codec().is_media())
            .find(named)
    }

    /// The codec that retransmits packets of payload type `media`.
    pub fn rtx_codec_for(&self, media: Pt) -> Option<&RtpCodecParameters> {
        let retransmits = |codec: &&RtpCodecParameters| codec.parameters.apt() == Some(media);
        self.codecs
            .iter()
            .filter(|codec| codec.is_rtx())
            .find(retransmits)
    }

    /// The codec of the blocks in packets of `red`: the one that its parameters name, else the first that carries media
    /// on the same clock.
    pub fn codec_in_red(&self, red: &RtpCodecParameters) -> Option<&RtpCodecParameters> {
        let named = red.parameters.red_block();
        self.codecs.iter().find(|codec| {
            codec.mime_type.codec().is_media()
                && codec.clock_rate == red.clock_rate
                && named.is_none_or(|named| codec.payload_type == named)
        })
    }

    /// The id of a header extension, when it is declared.
    pub fn extension_id(&self, uri: &HeaderExtensionUri) -> Option<HeaderExtensionId> {
        self.header_extensions
            .iter()
            .find(|it| it.uri == *uri)
            .map(|it| it.id)
    }
}

impl TryFrom<Value> for RtpParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        const EXTENSIONS: &str = "params.headerExtensions";
        let mut object = Object::new(value, "params")?;
        let mid = object.mid("params.mid")?;
        let codecs = match object.take("params.codecs") {
            Some(Value::Array(codecs)) if codecs.len() > MAX_CODECS => {
                return Err(OrtcError::TooMany {
                    what: "params.codecs",
                    max: MAX_CODECS,
                });
            }
            Some(Value::Array(codecs)) => codecs,
            _ => return Err(OrtcError::Missing("params.codecs")),
        };
        let rtcp = match object.take("params.rtcp") {
            Some(rtcp @ Value::Object(_)) => RtcpParameters::try_from(rtcp)?,
            _ => RtcpParameters::default(),
        };
        let not_a_string = OrtcError::NotAString("params.msid");
        Ok(Self {
            mid,
            codecs: codecs
                .into_iter()
                .map(RtpCodecParameters::try_from)
                .collect::<Result<_, _>>()?,
            header_extensions: object.list_of(EXTENSIONS, MAX_HEADER_EXTENSIONS)?,
            encodings: object.list_of("params.encodings", MAX_ENCODINGS)?,
            rtcp,
            msid: object.text("params.msid", MAX_MSID_BYTES, not_a_string)?,
        })
    }
}

/// A codec in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpCodecParameters {
    /// The codec's name.
    pub mime_type: MimeType,
    /// Payload type on the wire.
    #[serde(serialize_with = "to_json::pt")]
    pub payload_type: Pt,
    /// Ticks of the RTP timestamp per second.
    pub clock_rate: u32,
    /// Channels of audio; none for video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Format parameters.
    pub parameters: CodecParameters,
    /// Feedback mechanisms.
    pub rtcp_feedback: Vec<RtcpFeedback>,
}

impl RtpCodecParameters {
    /// Whether it is retransmission of another codec.
    pub const fn is_rtx(&self) -> bool {
        self.mime_type.is_rtx()
    }

    /// Whether it is redundancy around another codec of audio (RFC 2198).
    pub const fn is_audio_red(&self) -> bool {
        matches!(self.mime_type.codec(), Codec::Red)
            && matches!(self.mime_type.kind(), MediaKind::Audio)
    }

    /// Whether it uses this feedback mechanism; `parameter` is empty for a bare one.
    pub fn has_feedback(&self, kind: &str, parameter: &str) -> bool {
        self.rtcp_feedback.iter().any(|it| it.is(kind, parameter))
    }
}

impl TryFrom<Value> for RtpCodecParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        const PAYLOAD_TYPE: &str = "codec.payloadType";
        let mut object = Object::new(value, "codec")?;
        let codec = CodecMembers::read(&mut object)?;
        let payload_type = object.payload_type(PAYLOAD_TYPE)?;
        Ok(Self {
            mime_type: codec.mime_type,
            payload_type: payload_type.ok_or(OrtcError::Missing(PAYLOAD_TYPE))?,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: codec.parameters,
            rtcp_feedback: codec.rtcp_feedback,
        })
    }
}

/// A header extension in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpHeaderExtensionParameters {
    /// What it means.
    pub uri: HeaderExtensionUri,
    /// Its id on the wire.
    pub id: HeaderExtensionId,
    /// Whether it is encrypted (RFC 6904).
    pub encrypt: bool,
    /// Its parameters.
    pub parameters: CodecParameters,
}

impl TryFrom<Value> for RtpHeaderExtensionParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "ext")?;
        let missing = || OrtcError::Missing("ext.uri");
        let uri = object
            .text("ext.uri", MAX_URI_BYTES, missing())?
            .ok_or_else(missing)?;
        let parameters = object.take("ext.parameters").unwrap_or_default();
        Ok(Self {
            uri: uri.into(),
            id: object.extension_id("ext.id")?,
            encrypt: object.flag("ext.encrypt")?,
            parameters: parameters.try_into()?,
        })
    }
}

/// One stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpEncodingParameters {
    /// The SSRC, when it is known beforehand.
    #[serde(
        serialize_with = "to_json::some_ssrc",
        skip_serializing_if = "Option::is_none"
    )]
    pub ssrc: Option<Ssrc>,
    /// The RTP stream id, when streams are told apart by it (RFC 8851).
    #[serde(
        serialize_with = "to_json::some_rid",
        skip_serializing_if = "Option::is_none"
    )]
    pub rid: Option<Rid>,
    /// Which of the codecs it uses; the first one when absent.
    #[serde(
        serialize_with = "to_json::some_pt",
        skip_serializing_if = "Option::is_none"
    )]
    pub codec_payload_type: Option<Pt>,
    /// Where its retransmissions are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtx: Option<RtxParameters>,
    /// Whether silence may be left out. Always said in what a client sends, never in a consumer's parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtx: Option<bool>,
    /// Its spatial and temporal layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scalability_mode: Option<ScalabilityMode>,
    /// By how much the picture is scaled down; 1 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_resolution_down_by: Option<f64>,
    /// The most it sends.
    #[serde(
        serialize_with = "to_json::some_bitrate",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_bitrate: Option<Bitrate>,
}

impl TryFrom<Value> for RtpEncodingParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        const MODE: &str = "encoding.scalabilityMode";
        let mut object = Object::new(value, "encoding")?;
        let rtx = match object.take("encoding.rtx") {
            None => None,
            Some(rtx @ Value::Object(_)) => Some(RtxParameters::try_from(rtx)?),
            Some(_) => return Err(OrtcError::Invalid("encoding.rtx")),
        };
        let mode = object.text(MODE, MAX_NAME_BYTES, OrtcError::Invalid(MODE))?;
        Ok(Self {
            ssrc: object.ssrc("encoding.ssrc")?,
            rid: object.rid("encoding.rid")?,
            codec_payload_type: object.payload_type("encoding.codecPayloadType")?,
            rtx,
            dtx: Some(object.flag_or("encoding.dtx", false)),
            scalability_mode: mode.map(ScalabilityMode::from),
            scale_resolution_down_by: object
                .take("encoding.scaleResolutionDownBy")
                .and_then(|value| value.as_f64()),
            max_bitrate: object
                .take("encoding.maxBitrate")
                .as_ref()
                .and_then(bitrate),
        })
    }
}

/// What a bitrate says; anything but a positive number says nothing.
fn bitrate(value: &Value) -> Option<Bitrate> {
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64()?.floor();
        // Saturates, which is what is wanted of a maximum.
        (number >= 0.0).then_some(number as u64)
    });
    whole.filter(|bitrate| *bitrate > 0).map(Bitrate)
}

/// Where retransmissions of a stream are (RFC 4588).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct RtxParameters {
    /// Their SSRC.
    #[serde(serialize_with = "to_json::ssrc")]
    pub ssrc: Ssrc,
}

impl TryFrom<Value> for RtxParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "encoding.rtx")?;
        object
            .needed_number("encoding.rtx.ssrc")
            .map(|ssrc| Self { ssrc: Ssrc(ssrc) })
    }
}

/// RTCP of a producer or consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtcpParameters {
    /// Canonical name of the sender: streams with the same one are played in sync (RFC 3550, section 6.5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// Whether reports may be sent in reduced size (RFC 5506).
    pub reduced_size: bool,
    /// Whether RTP and RTCP share a port (RFC 5761). Said by some clients, of no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mux: Option<bool>,
}

impl Default for RtcpParameters {
    fn default() -> Self {
        Self {
            cname: None,
            reduced_size: true,
            mux: None,
        }
    }
}

impl TryFrom<Value> for RtcpParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "rtcp")?;
        let invalid = OrtcError::Invalid("rtcp.cname");
        Ok(Self {
            cname: object.text("rtcp.cname", MAX_CNAME_BYTES, invalid)?,
            reduced_size: object.flag_or("rtcp.reducedSize", true),
            mux: object.take("rtcp.mux").and_then(|value| value.as_bool()),
        })
    }
}
