//! From capabilities to what the WebRTC stack is told, and to what the server is told.

use miso_ortc::{
    Codec, CodecParameters, Direction, HeaderExtensionUri, MediaKind, MimeType, RtcpParameters,
    RtpCapabilities, RtpCodecCapability, RtpCodecParameters, RtpEncodingParameters,
    RtpHeaderExtensionParameters, RtpParameters, RtxParameters, Strictness, match_codecs,
};
use miso_wire::{Mid, Pt, Ssrc};
use str0m::format::{Codec as StrCodec, CodecConfig, FormatParams};
use str0m::media::Frequency;
use str0m::rtp::{Extension, ExtensionMap};

use crate::{Device, TransportError};

/// The header extensions of a router for the stack.
pub(crate) fn extension_map(router: &RtpCapabilities) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    for it in &router.header_extensions {
        if let Some(extension) = extension(&it.uri) {
            map.set(it.preferred_id.0, extension);
        }
    }
    map
}

const fn extension(uri: &HeaderExtensionUri) -> Option<Extension> {
    Some(match uri {
        HeaderExtensionUri::Mid => Extension::RtpMid,
        HeaderExtensionUri::AbsSendTime => Extension::AbsoluteSendTime,
        HeaderExtensionUri::TransportWideCc => Extension::TransportSequenceNumber,
        HeaderExtensionUri::SsrcAudioLevel => Extension::AudioLevel,
        HeaderExtensionUri::VideoOrientation => Extension::VideoOrientation,
        _ => return None,
    })
}

/// The codecs of a router for the stack.
pub(crate) fn add_codecs(router: &RtpCapabilities, config: &mut CodecConfig) {
    config.clear();
    for codec in &router.codecs {
        let (Some(pt), Some(known), Some(rate)) = (
            codec.preferred_payload_type,
            str_codec(codec.mime_type.codec()),
            Frequency::new(codec.clock_rate),
        ) else {
            continue;
        };
        let rtx = rtx_of(router, pt).and_then(|it| it.preferred_payload_type);
        // Parameters matter to SDP only, which nobody speaks here.
        let format = FormatParams::default();
        let rtx = rtx.map(|pt| pt.0.into());
        config.add_config(pt.0.into(), rtx, known, rate, codec.channels, format);
    }
}

const fn str_codec(codec: Codec) -> Option<StrCodec> {
    Some(match codec {
        Codec::Opus => StrCodec::Opus,
        Codec::Pcmu => StrCodec::PCMU,
        Codec::Pcma => StrCodec::PCMA,
        Codec::G722 => StrCodec::G722,
        Codec::Vp8 => StrCodec::Vp8,
        Codec::Vp9 => StrCodec::Vp9,
        Codec::H264 => StrCodec::H264,
        Codec::Av1 => StrCodec::Av1,
        _ => return None,
    })
}

/// The codec whose frames are known, if they are.
pub(crate) fn media_codec(mime_type: &MimeType) -> Option<miso_media::Codec> {
    use miso_media::Codec as Media;
    Some(match mime_type.codec() {
        Codec::Opus => Media::Opus,
        Codec::Vp8 => Media::Vp8,
        Codec::Vp9 => Media::Vp9,
        Codec::H264 => Media::H264,
        Codec::Av1 => Media::Av1,
        _ => return None,
    })
}

fn rtx_of(router: &RtpCapabilities, pt: Pt) -> Option<&RtpCodecCapability> {
    let mut codecs = router.codecs.iter().filter(|it| it.is_rtx());
    codecs.find(|it| it.parameters.apt() == Some(pt))
}

/// How one stream is named on its transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamNames {
    pub(crate) mid: Mid,
    pub(crate) ssrc: Ssrc,
    pub(crate) rtx: Ssrc,
}

/// The codec to send: the router's first that is `wanted` and whose profile is that of `parameters`.
pub(crate) fn choose_codec<'a>(
    device: &'a Device,
    kind: MediaKind,
    wanted: Option<Codec>,
    parameters: &CodecParameters,
) -> Result<&'a RtpCodecCapability, TransportError> {
    let fits = |it: &&RtpCodecCapability| {
        if wanted.is_some_and(|codec| it.mime_type.codec() != codec) {
            return false;
        }
        let mut own = (*it).clone();
        own.parameters = parameters.clone();
        parameters.is_empty() || match_codecs(&own, *it, Strictness::Strict).is_some()
    };
    device
        .codecs(kind)
        .find(fits)
        .ok_or(TransportError::NoCodec(kind))
}

/// What the server is told of a stream.
pub(crate) fn send_parameters(
    device: &Device,
    codec: &RtpCodecCapability,
    names: StreamNames,
    cname: &str,
) -> RtpParameters {
    let router = device.router();
    let rtx = codec
        .preferred_payload_type
        .and_then(|pt| rtx_of(router, pt));
    let codecs = [Some(codec), rtx].into_iter().flatten();
    let extensions = router.header_extensions.iter().filter(|it| {
        it.kind == codec.kind && matches!(it.direction, Direction::SendRecv | Direction::RecvOnly)
    });
    RtpParameters {
        mid: Some(names.mid),
        codecs: codecs
            .filter_map(|it| codec_parameters(it, rtx.is_some()))
            .collect(),
        header_extensions: extensions
            .map(|it| RtpHeaderExtensionParameters {
                uri: it.uri.clone(),
                id: it.preferred_id,
                encrypt: false,
                parameters: CodecParameters::new(),
            })
            .collect(),
        encodings: vec![RtpEncodingParameters {
            ssrc: Some(names.ssrc),
            rtx: rtx.map(|_| RtxParameters { ssrc: names.rtx }),
            dtx: Some(false),
            ..Default::default()
        }],
        rtcp: RtcpParameters {
            cname: Some(cname.to_owned()),
            reduced_size: true,
            mux: None,
        },
        msid: None,
    }
}

/// The stack sends a packet again only on a stream of its own, so without one nothing is promised.
fn codec_parameters(codec: &RtpCodecCapability, has_rtx: bool) -> Option<RtpCodecParameters> {
    let mut feedback = codec.rtcp_feedback.clone();
    feedback.retain(|it| has_rtx || !it.is("nack", ""));
    Some(RtpCodecParameters {
        mime_type: codec.mime_type.clone(),
        payload_type: codec.preferred_payload_type?,
        clock_rate: codec.clock_rate,
        channels: codec.channels,
        parameters: codec.parameters.clone(),
        rtcp_feedback: feedback,
    })
}

#[cfg(test)]
mod tests;
