//! From the protocol's tables.

use miso_ortc::limits::{
    MAX_CNAME_BYTES, MAX_CODECS, MAX_ENCODINGS, MAX_HEADER_EXTENSIONS, MAX_MSID_BYTES,
    MAX_NAME_BYTES, MAX_PARAMETER_BYTES, MAX_PARAMETERS, MAX_RTCP_FEEDBACK,
};
use miso_ortc::{
    Codec, CodecMapping, CodecParameterValue, CodecParameters, EncodingMapping, HeaderExtensionId,
    HeaderExtensionUri, MediaKind, MimeType, RtcpFeedback, RtcpParameters, RtpCodecParameters,
    RtpEncodingParameters, RtpHeaderExtensionParameters, RtpMapping, RtpParameters, RtxParameters,
    ScalabilityMode,
};
use miso_wire::{Bitrate, Mid, Pt, Rid, Ssrc};
use miso_worker_schema::fbs::rtp_parameters as fbs;
use planus::{Vector, VectorRead};

use crate::refusal::Refusal;

/// Numbers of one codec parameter: as many as its bytes if it were a text.
const MAX_PARAMETER_NUMBERS: usize = MAX_PARAMETER_BYTES / 4;

/// Maps at most `max` items; more are refused.
fn list<'a, T, R>(
    items: Vector<'a, planus::Result<T>>,
    (what, max): (&str, usize),
    map: impl Fn(T) -> Result<R, Refusal>,
) -> Result<Vec<R>, Refusal>
where
    planus::Result<T>: VectorRead<'a>,
{
    if items.len() > max {
        return Err(Refusal::type_error(format!(
            "too many {what} (maximum {max})"
        )));
    }
    let mut mapped = Vec::with_capacity(items.len());
    for item in items {
        mapped.push(map(item?)?);
    }
    Ok(mapped)
}

/// A text of at most `max` bytes.
fn text(value: &str, (what, max): (&str, usize)) -> Result<String, Refusal> {
    if value.len() > max {
        return Err(Refusal::type_error(format!(
            "{what} too long (maximum {max} bytes)"
        )));
    }
    Ok(value.to_owned())
}

fn rid(value: Option<&str>) -> Result<Option<Rid>, Refusal> {
    let parsed = value
        .filter(|it| !it.is_empty())
        .map(|it| Rid::new(it.as_bytes()));
    parsed
        .transpose()
        .map_err(|_| Refusal::type_error("rid too long"))
}

/// Audio or video.
pub(crate) const fn read_kind(kind: fbs::MediaKind) -> MediaKind {
    match kind {
        fbs::MediaKind::Audio => MediaKind::Audio,
        fbs::MediaKind::Video => MediaKind::Video,
    }
}

/// RTP parameters.
pub(crate) fn read_rtp_parameters(it: fbs::RtpParametersRef<'_>) -> Result<RtpParameters, Refusal> {
    let mid = it.mid()?.filter(|mid| !mid.is_empty());
    let mid = mid.map(|mid| Mid::new(mid.as_bytes())).transpose();
    let rtcp = it.rtcp()?;
    let cname = rtcp.cname()?;
    Ok(RtpParameters {
        mid: mid.map_err(|_| Refusal::type_error("rtpParameters.mid too long"))?,
        codecs: list(it.codecs()?, ("codecs", MAX_CODECS), codec)?,
        header_extensions: list(
            it.header_extensions()?,
            ("headerExtensions", MAX_HEADER_EXTENSIONS),
            extension,
        )?,
        encodings: read_encodings(it.encodings()?)?,
        rtcp: RtcpParameters {
            cname: cname
                .map(|cname| text(cname, ("cname", MAX_CNAME_BYTES)))
                .transpose()?,
            reduced_size: rtcp.reduced_size()?,
            mux: None,
        },
        msid: it
            .msid()?
            .map(|msid| text(msid, ("msid", MAX_MSID_BYTES)))
            .transpose()?,
    })
}

fn codec(it: fbs::RtpCodecParametersRef<'_>) -> Result<RtpCodecParameters, Refusal> {
    let name = it.mime_type()?;
    let mime_type: MimeType = name
        .parse()
        .map_err(|_| Refusal::type_error("wrong codec MIME"))?;
    if mime_type.codec() == Codec::Unknown {
        let subtype = mime_type.subtype();
        return Err(Refusal::type_error(format!(
            "unknown codec MIME subtype '{subtype}'"
        )));
    }
    let parameters = parameters(it.parameters()?)?;
    if mime_type.is_rtx() && parameters.apt().is_none() {
        return Err(Refusal::type_error("missing apt parameter in RTX codec"));
    }
    Ok(RtpCodecParameters {
        channels: match mime_type.kind() {
            MediaKind::Audio => Some(it.channels()?.unwrap_or(1)),
            MediaKind::Video => None,
        },
        payload_type: Pt(it.payload_type()?),
        clock_rate: it.clock_rate()?,
        parameters,
        rtcp_feedback: match it.rtcp_feedback()? {
            Some(all) => list(all, ("rtcpFeedback", MAX_RTCP_FEEDBACK), feedback)?,
            None => Vec::new(),
        },
        mime_type,
    })
}

fn feedback(it: fbs::RtcpFeedbackRef<'_>) -> Result<RtcpFeedback, Refusal> {
    Ok(RtcpFeedback {
        kind: text(it.type_()?, ("rtcpFeedback.type", MAX_NAME_BYTES))?,
        parameter: text(
            it.parameter()?.unwrap_or_default(),
            ("rtcpFeedback.parameter", MAX_NAME_BYTES),
        )?,
    })
}

fn parameters(
    all: Option<Vector<'_, planus::Result<fbs::ParameterRef<'_>>>>,
) -> Result<CodecParameters, Refusal> {
    let mut parameters = CodecParameters::new();
    let Some(all) = all else {
        return Ok(parameters);
    };
    for (name, value) in list(all, ("codec parameters", MAX_PARAMETERS), parameter)? {
        parameters.insert(&name, value);
    }
    Ok(parameters)
}

fn parameter(it: fbs::ParameterRef<'_>) -> Result<(String, CodecParameterValue), Refusal> {
    let name = text(it.name()?, ("codec parameter name", MAX_NAME_BYTES))?;
    let value = match it.value()? {
        fbs::ValueRef::Boolean(it) => CodecParameterValue::Bool(it.value()? != 0),
        fbs::ValueRef::Integer32(it) => CodecParameterValue::Int(i64::from(it.value()?)),
        fbs::ValueRef::Double(it) => CodecParameterValue::Double(it.value()?),
        fbs::ValueRef::String(it) => {
            CodecParameterValue::Text(text(it.value()?, ("codec parameter", MAX_PARAMETER_BYTES))?)
        }
        fbs::ValueRef::Integer32Array(it) => {
            let numbers = it.value()?;
            if numbers.is_some_and(|numbers| numbers.len() > MAX_PARAMETER_NUMBERS) {
                return Err(Refusal::type_error(format!(
                    "codec parameter too long (maximum {MAX_PARAMETER_NUMBERS} numbers)"
                )));
            }
            CodecParameterValue::Ints(numbers.into_iter().flatten().collect())
        }
    };
    Ok((name, value))
}

fn extension(
    it: fbs::RtpHeaderExtensionParametersRef<'_>,
) -> Result<RtpHeaderExtensionParameters, Refusal> {
    let uri = match it.uri()? {
        fbs::RtpHeaderExtensionUri::Mid => HeaderExtensionUri::Mid,
        fbs::RtpHeaderExtensionUri::RtpStreamId => HeaderExtensionUri::RtpStreamId,
        fbs::RtpHeaderExtensionUri::RepairRtpStreamId => HeaderExtensionUri::RepairedRtpStreamId,
        fbs::RtpHeaderExtensionUri::AbsSendTime => HeaderExtensionUri::AbsSendTime,
        fbs::RtpHeaderExtensionUri::TransportWideCcDraft01 => HeaderExtensionUri::TransportWideCc,
        fbs::RtpHeaderExtensionUri::SsrcAudioLevel => HeaderExtensionUri::SsrcAudioLevel,
        fbs::RtpHeaderExtensionUri::DependencyDescriptor => {
            HeaderExtensionUri::DependencyDescriptor
        }
        fbs::RtpHeaderExtensionUri::VideoOrientation => HeaderExtensionUri::VideoOrientation,
        fbs::RtpHeaderExtensionUri::TimeOffset => HeaderExtensionUri::TimeOffset,
        fbs::RtpHeaderExtensionUri::AbsCaptureTime => HeaderExtensionUri::AbsCaptureTime,
        fbs::RtpHeaderExtensionUri::PlayoutDelay => HeaderExtensionUri::PlayoutDelay,
        fbs::RtpHeaderExtensionUri::MediasoupPacketId => HeaderExtensionUri::PacketId,
    };
    let id = it.id()?;
    if id == 0 {
        return Err(Refusal::type_error("invalid id 0"));
    }
    Ok(RtpHeaderExtensionParameters {
        uri,
        id: HeaderExtensionId(id),
        encrypt: it.encrypt()?,
        parameters: parameters(it.parameters()?)?,
    })
}

/// Encodings.
pub(crate) fn read_encodings(
    all: Vector<'_, planus::Result<fbs::RtpEncodingParametersRef<'_>>>,
) -> Result<Vec<RtpEncodingParameters>, Refusal> {
    list(all, ("encodings", MAX_ENCODINGS), encoding)
}

fn encoding(it: fbs::RtpEncodingParametersRef<'_>) -> Result<RtpEncodingParameters, Refusal> {
    let mode = it.scalability_mode()?;
    let rtx = it.rtx()?.map(|rtx| rtx.ssrc()).transpose()?;
    Ok(RtpEncodingParameters {
        ssrc: it.ssrc()?.map(Ssrc),
        rid: rid(it.rid()?)?,
        codec_payload_type: it.codec_payload_type()?.map(Pt),
        rtx: rtx.map(|ssrc| RtxParameters { ssrc: Ssrc(ssrc) }),
        dtx: Some(it.dtx()?),
        scalability_mode: mode
            .map(|mode| text(mode, ("scalabilityMode", MAX_NAME_BYTES)))
            .transpose()?
            .map(ScalabilityMode::from),
        scale_resolution_down_by: None,
        max_bitrate: it.max_bitrate()?.map(Bitrate),
    })
}

/// How a producer is called inside its router.
pub(crate) fn read_mapping(it: fbs::RtpMappingRef<'_>) -> Result<RtpMapping, Refusal> {
    let codec = |it: fbs::CodecMappingRef<'_>| {
        Ok(CodecMapping {
            payload_type: Pt(it.payload_type()?),
            mapped_payload_type: Pt(it.mapped_payload_type()?),
        })
    };
    let encoding = |it: fbs::EncodingMappingRef<'_>| {
        Ok(EncodingMapping {
            rid: rid(it.rid()?)?,
            ssrc: it.ssrc()?.map(Ssrc),
            mapped_ssrc: Ssrc(it.mapped_ssrc()?),
        })
    };
    Ok(RtpMapping {
        codecs: list(it.codecs()?, ("rtpMapping.codecs", MAX_CODECS), codec)?,
        encodings: list(
            it.encodings()?,
            ("rtpMapping.encodings", MAX_ENCODINGS),
            encoding,
        )?,
    })
}
