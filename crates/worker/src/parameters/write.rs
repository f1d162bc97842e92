//! To the protocol's tables.

use miso_ortc::{
    CodecParameterValue, CodecParameters, ConsumerType, HeaderExtensionUri, MediaKind,
    RtpCodecParameters, RtpEncodingParameters, RtpMapping, RtpParameters,
};
use miso_worker_schema::fbs::rtp_parameters as fbs;

/// Audio or video.
pub(crate) const fn write_kind(kind: MediaKind) -> fbs::MediaKind {
    match kind {
        MediaKind::Audio => fbs::MediaKind::Audio,
        MediaKind::Video => fbs::MediaKind::Video,
    }
}

/// The type of a producer or consumer.
pub(crate) const fn write_type(it: ConsumerType) -> fbs::Type {
    match it {
        ConsumerType::Simple => fbs::Type::Simple,
        ConsumerType::Simulcast => fbs::Type::Simulcast,
        ConsumerType::Svc => fbs::Type::Svc,
        ConsumerType::Pipe => fbs::Type::Pipe,
    }
}

/// RTP parameters.
pub(crate) fn write_rtp_parameters(it: &RtpParameters) -> fbs::RtpParameters {
    let extensions = it.header_extensions.iter().filter_map(|extension| {
        Some(fbs::RtpHeaderExtensionParameters {
            uri: uri(&extension.uri)?,
            id: extension.id.0,
            encrypt: extension.encrypt,
            parameters: Some(parameters(&extension.parameters)),
        })
    });
    fbs::RtpParameters {
        mid: it.mid.map(|mid| mid.to_string()),
        codecs: it.codecs.iter().map(codec).collect(),
        header_extensions: extensions.collect(),
        encodings: it.encodings.iter().map(|one| encoding(it, one)).collect(),
        rtcp: Box::new(fbs::RtcpParameters {
            cname: it.rtcp.cname.clone(),
            reduced_size: it.rtcp.reduced_size,
        }),
        msid: it.msid.clone(),
    }
}

/// An encoding; one that says no codec has the first one for media (fact sheet 2.11).
fn encoding(it: &RtpParameters, one: &RtpEncodingParameters) -> fbs::RtpEncodingParameters {
    fbs::RtpEncodingParameters {
        codec_payload_type: it.codec_of(one).map(|codec| codec.payload_type.0),
        ..write_encoding(one)
    }
}

fn codec(it: &RtpCodecParameters) -> fbs::RtpCodecParameters {
    let feedback = it.rtcp_feedback.iter().map(|feedback| fbs::RtcpFeedback {
        type_: feedback.kind.clone(),
        parameter: Some(feedback.parameter.clone()),
    });
    fbs::RtpCodecParameters {
        mime_type: it.mime_type.to_string(),
        payload_type: it.payload_type.0,
        clock_rate: it.clock_rate,
        channels: it.channels,
        parameters: Some(parameters(&it.parameters)),
        rtcp_feedback: Some(feedback.collect()),
    }
}

fn parameters(all: &CodecParameters) -> Vec<fbs::Parameter> {
    let written = all.iter().map(|(name, value)| fbs::Parameter {
        name: name.to_owned(),
        value: match value {
            CodecParameterValue::Bool(flag) => fbs::Value::Boolean(Box::new(fbs::Boolean {
                value: u8::from(*flag),
            })),
            CodecParameterValue::Int(number) => integer(*number),
            CodecParameterValue::Double(number) => {
                fbs::Value::Double(Box::new(fbs::Double { value: *number }))
            }
            CodecParameterValue::Ints(numbers) => {
                fbs::Value::Integer32Array(Box::new(fbs::Integer32Array {
                    value: Some(numbers.clone()),
                }))
            }
            CodecParameterValue::Text(text) => fbs::Value::String(Box::new(fbs::String {
                value: text.clone(),
            })),
        },
    });
    written.collect()
}

/// An integer, or a double where 32 bits are too few.
fn integer(number: i64) -> fbs::Value {
    match i32::try_from(number) {
        Ok(value) => fbs::Value::Integer32(Box::new(fbs::Integer32 { value })),
        #[expect(
            clippy::cast_precision_loss,
            reason = "there is no better type in the protocol"
        )]
        Err(_) => fbs::Value::Double(Box::new(fbs::Double {
            value: number as f64,
        })),
    }
}

const fn uri(uri: &HeaderExtensionUri) -> Option<fbs::RtpHeaderExtensionUri> {
    Some(match uri {
        HeaderExtensionUri::Mid => fbs::RtpHeaderExtensionUri::Mid,
        HeaderExtensionUri::RtpStreamId => fbs::RtpHeaderExtensionUri::RtpStreamId,
        HeaderExtensionUri::RepairedRtpStreamId => fbs::RtpHeaderExtensionUri::RepairRtpStreamId,
        HeaderExtensionUri::AbsSendTime => fbs::RtpHeaderExtensionUri::AbsSendTime,
        HeaderExtensionUri::TransportWideCc => fbs::RtpHeaderExtensionUri::TransportWideCcDraft01,
        HeaderExtensionUri::SsrcAudioLevel => fbs::RtpHeaderExtensionUri::SsrcAudioLevel,
        HeaderExtensionUri::DependencyDescriptor => {
            fbs::RtpHeaderExtensionUri::DependencyDescriptor
        }
        HeaderExtensionUri::VideoOrientation => fbs::RtpHeaderExtensionUri::VideoOrientation,
        HeaderExtensionUri::TimeOffset => fbs::RtpHeaderExtensionUri::TimeOffset,
        HeaderExtensionUri::AbsCaptureTime => fbs::RtpHeaderExtensionUri::AbsCaptureTime,
        HeaderExtensionUri::PlayoutDelay => fbs::RtpHeaderExtensionUri::PlayoutDelay,
        HeaderExtensionUri::PacketId => fbs::RtpHeaderExtensionUri::MediasoupPacketId,
        // Never read from the protocol, so never here.
        HeaderExtensionUri::Other(_) => return None,
    })
}

/// The scalability mode of an encoding; one that says none has one layer of each kind.
fn mode(it: &RtpEncodingParameters) -> String {
    let mode = it.scalability_mode.as_ref();
    mode.map_or_else(|| "S1T1".to_owned(), ToString::to_string)
}

/// Encodings.
pub(crate) fn write_encodings(all: &[RtpEncodingParameters]) -> Vec<fbs::RtpEncodingParameters> {
    all.iter().map(write_encoding).collect()
}

fn write_encoding(it: &RtpEncodingParameters) -> fbs::RtpEncodingParameters {
    fbs::RtpEncodingParameters {
        ssrc: it.ssrc.map(|ssrc| ssrc.0),
        rid: it.rid.map(|rid| rid.to_string()),
        codec_payload_type: it.codec_payload_type.map(|pt| pt.0),
        rtx: it.rtx.map(|rtx| Box::new(fbs::Rtx { ssrc: rtx.ssrc.0 })),
        dtx: it.dtx == Some(true),
        scalability_mode: Some(mode(it)),
        max_bitrate: it.max_bitrate.map(|bitrate| bitrate.0),
    }
}

/// How a producer is called inside its router.
pub(crate) fn write_mapping(it: &RtpMapping) -> fbs::RtpMapping {
    let codecs = it.codecs.iter().map(|it| fbs::CodecMapping {
        payload_type: it.payload_type.0,
        mapped_payload_type: it.mapped_payload_type.0,
    });
    let encodings = it.encodings.iter().map(|it| fbs::EncodingMapping {
        rid: it.rid.map(|rid| rid.to_string()),
        ssrc: it.ssrc.map(|ssrc| ssrc.0),
        mapped_ssrc: it.mapped_ssrc.0,
    });
    fbs::RtpMapping {
        codecs: codecs.collect(),
        encodings: encodings.collect(),
    }
}
