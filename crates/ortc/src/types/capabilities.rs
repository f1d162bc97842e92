//! What a side can send or receive.

use miso_wire::Pt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CodecParameters, Direction, HeaderExtensionId, HeaderExtensionUri, MediaKind, MimeType,
    RtcpFeedback, to_json,
};
use crate::OrtcError;
use crate::limits::{
    MAX_CODECS, MAX_HEADER_EXTENSIONS, MAX_NAME_BYTES, MAX_RTCP_FEEDBACK, MAX_URI_BYTES,
};
use crate::parse::Object;

/// What a router or an endpoint can send or receive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpCapabilities {
    /// Codecs, RTX among them.
    pub codecs: Vec<RtpCodecCapability>,
    /// Header extensions, each listed once for each kind.
    pub header_extensions: Vec<RtpHeaderExtension>,
}

impl TryFrom<Value> for RtpCapabilities {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "caps")?;
        Ok(Self {
            codecs: object.list_of("caps.codecs", MAX_CODECS)?,
            header_extensions: object.list_of("caps.headerExtensions", MAX_HEADER_EXTENSIONS)?,
        })
    }
}

/// A codec that a side can send or receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpCodecCapability {
    /// The kind, which always agrees with `mime_type`.
    pub kind: MediaKind,
    /// The codec's name.
    pub mime_type: MimeType,
    /// Payload type that this side would use. A router's capabilities always have one.
    #[serde(
        serialize_with = "to_json::some_pt",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_payload_type: Option<Pt>,
    /// Ticks of the RTP timestamp per second.
    pub clock_rate: u32,
    /// Channels of audio; none for video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Format parameters; some decide whether two codecs match.
    pub parameters: CodecParameters,
    /// Feedback mechanisms.
    pub rtcp_feedback: Vec<RtcpFeedback>,
}

impl RtpCodecCapability {
    /// Whether it is retransmission of another codec.
    pub const fn is_rtx(&self) -> bool {
        self.mime_type.is_rtx()
    }
}

impl TryFrom<Value> for RtpCodecCapability {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "codec")?;
        let codec = CodecMembers::read(&mut object)?;
        Ok(Self {
            kind: codec.mime_type.kind(),
            preferred_payload_type: object.payload_type("codec.preferredPayloadType")?,
            mime_type: codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: codec.parameters,
            rtcp_feedback: codec.rtcp_feedback,
        })
    }
}

/// A codec that a router is asked to have: a capability whose payload type may be left open.
///
/// Its feedback mechanisms are of no account: a router offers those of the supported codec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct RouterRtpCodecCapability(pub RtpCodecCapability);

impl RouterRtpCodecCapability {
    /// The codec `mime_type`, with a payload type of the router's choice. `channels` is of no account for video.
    ///
    /// # Errors
    /// `invalid codec.mimeType` when the text is no MIME type of audio or video.
    pub fn new(mime_type: &str, clock_rate: u32, channels: u8) -> Result<Self, OrtcError> {
        let mime_type: MimeType = mime_type.parse()?;
        let kind = mime_type.kind();
        Ok(Self(RtpCodecCapability {
            kind,
            mime_type,
            preferred_payload_type: None,
            clock_rate,
            channels: (kind == MediaKind::Audio).then_some(channels),
            parameters: CodecParameters::new(),
            rtcp_feedback: Vec::new(),
        }))
    }

    /// The same with format parameters.
    #[must_use]
    pub fn with_parameters(mut self, parameters: CodecParameters) -> Self {
        self.0.parameters = parameters;
        self
    }

    /// The same with a payload type.
    #[must_use]
    pub const fn with_payload_type(mut self, payload_type: Pt) -> Self {
        self.0.preferred_payload_type = Some(payload_type);
        self
    }
}

impl TryFrom<Value> for RouterRtpCodecCapability {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        RtpCodecCapability::try_from(value).map(Self)
    }
}

/// Members that capabilities and parameters of a codec have in common.
pub(super) struct CodecMembers {
    pub(super) mime_type: MimeType,
    pub(super) clock_rate: u32,
    pub(super) channels: Option<u8>,
    pub(super) parameters: CodecParameters,
    pub(super) rtcp_feedback: Vec<RtcpFeedback>,
}

impl CodecMembers {
    pub(super) fn read(object: &mut Object) -> Result<Self, OrtcError> {
        let missing = || OrtcError::Missing("codec.mimeType");
        let mime_type: MimeType = object
            .text("codec.mimeType", MAX_NAME_BYTES, missing())?
            .ok_or_else(missing)?
            .parse()?;
        let channels = match object.take("codec.channels") {
            _ if mime_type.kind() == MediaKind::Video => None,
            Some(Value::Number(number)) => {
                let channels = number.as_u64().and_then(|number| u8::try_from(number).ok());
                Some(channels.ok_or(OrtcError::Invalid("codec.channels"))?)
            }
            _ => Some(1),
        };
        let parameters = object.take("codec.parameters").unwrap_or_default();
        let parameters = CodecParameters::try_from(parameters)?;
        if parameters.get("apt").is_some() && parameters.apt().is_none() {
            return Err(OrtcError::Invalid("codec apt parameter"));
        }
        Ok(Self {
            mime_type,
            clock_rate: object.needed_number("codec.clockRate")?,
            channels,
            parameters,
            rtcp_feedback: object.list_of("codec.rtcpFeedback", MAX_RTCP_FEEDBACK)?,
        })
    }
}

/// A header extension that a side can send or receive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct RtpHeaderExtension {
    /// With which kind of media.
    pub kind: MediaKind,
    /// What it means.
    pub uri: HeaderExtensionUri,
    /// Id that this side would use. Consumers get extensions under the router's ids only.
    pub preferred_id: HeaderExtensionId,
    /// Whether it should be encrypted (RFC 6904).
    pub preferred_encrypt: bool,
    /// In which direction, seen from the side that declares it.
    pub direction: Direction,
}

impl TryFrom<Value> for RtpHeaderExtension {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "ext")?;
        let kind = match object.take("ext.kind").as_ref().and_then(Value::as_str) {
            Some("audio") => MediaKind::Audio,
            Some("video") => MediaKind::Video,
            _ => return Err(OrtcError::Invalid("ext.kind")),
        };
        let missing = || OrtcError::Missing("ext.uri");
        let uri = object
            .text("ext.uri", MAX_URI_BYTES, missing())?
            .ok_or_else(missing)?;
        let invalid = OrtcError::Invalid("ext.direction");
        let direction = object.text("ext.direction", MAX_NAME_BYTES, invalid)?;
        Ok(Self {
            kind,
            uri: uri.into(),
            preferred_id: object.extension_id("ext.preferredId")?,
            preferred_encrypt: object.flag("ext.preferredEncrypt")?,
            direction: direction.map_or_else(Direction::default, |it| Direction::from_text(&it)),
        })
    }
}
