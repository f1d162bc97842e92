//! What consumers can get of a producer, before it is known who consumes.

use crate::producer::rtx_capability_for;
use crate::{
    CodecParameters, HeaderExtensionUri, MediaKind, RtcpParameters, RtpCapabilities,
    RtpCodecCapability, RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtensionParameters,
    RtpMapping, RtpParameters,
};
use miso_wire::Codec;

/// A producer's parameters in its router's terms: the router's payload types and header extensions, the producer's
/// format parameters, mapped SSRCs. The router's RTX codecs are there even when the producer has none.
pub fn consumable_rtp_parameters(
    kind: MediaKind,
    parameters: &RtpParameters,
    router: &RtpCapabilities,
    mapping: &RtpMapping,
) -> RtpParameters {
    RtpParameters {
        mid: None,
        codecs: codecs(parameters, router, mapping),
        header_extensions: header_extensions(kind, parameters, router),
        encodings: encodings(parameters, mapping),
        rtcp: RtcpParameters {
            cname: parameters.rtcp.cname.clone(),
            reduced_size: true,
            mux: None,
        },
        msid: parameters.msid.clone(),
    }
}

fn codecs(
    parameters: &RtpParameters,
    router: &RtpCapabilities,
    mapping: &RtpMapping,
) -> Vec<RtpCodecParameters> {
    let mut codecs = Vec::with_capacity(parameters.codecs.len());
    for codec in parameters.codecs.iter().filter(|codec| !codec.is_rtx()) {
        let Some(payload_type) = mapping.mapped_payload_type(codec.payload_type) else {
            continue;
        };
        let mut of_router = router.codecs.iter();
        let found = of_router.find(|it| it.preferred_payload_type == Some(payload_type));
        let blocks = parameters
            .codec_in_red(codec)
            .filter(|_| codec.is_audio_red())
            .and_then(|inner| mapping.mapped_payload_type(inner.payload_type));
        let of_codec = match blocks {
            Some(blocks) => CodecParameters::of_red(blocks),
            None => codec.parameters.clone(),
        };
        codecs.extend(found.and_then(|it| in_use(it, of_codec)));
        let rtx = rtx_capability_for(router, payload_type);
        codecs.extend(rtx.and_then(|it| in_use(it, it.parameters.clone())));
    }
    codecs
}

/// A codec of the router in use with these parameters.
fn in_use(codec: &RtpCodecCapability, parameters: CodecParameters) -> Option<RtpCodecParameters> {
    Some(RtpCodecParameters {
        mime_type: codec.mime_type.clone(),
        payload_type: codec.preferred_payload_type?,
        clock_rate: codec.clock_rate,
        channels: codec.channels,
        parameters,
        rtcp_feedback: codec.rtcp_feedback.clone(),
    })
}

fn header_extensions(
    kind: MediaKind,
    parameters: &RtpParameters,
    router: &RtpCapabilities,
) -> Vec<RtpHeaderExtensionParameters> {
    use HeaderExtensionUri::{AbsCaptureTime, DependencyDescriptor};
    let has_own = |uri: &HeaderExtensionUri| parameters.extension_id(uri).is_some();
    // Where payloads tell their layers it is of no use, and of a simulcast each size numbers its frames by itself.
    let first = parameters.codecs.first();
    let is_av1 = first.is_some_and(|it| Codec::from_mime_type(it.mime_type.as_str()) == Codec::Av1);
    let offered = router.header_extensions.iter().filter(|extension| {
        let is_known = match &extension.uri {
            // Nobody but the sender can know when a frame was captured, nor on which others it depends.
            AbsCaptureTime => has_own(&AbsCaptureTime),
            DependencyDescriptor => is_av1 && has_own(&DependencyDescriptor),
            _ => true,
        };
        extension.kind == kind && extension.direction.can_send() && is_known
    });
    let in_use = offered.map(|extension| RtpHeaderExtensionParameters {
        uri: extension.uri.clone(),
        id: extension.preferred_id,
        encrypt: extension.preferred_encrypt,
        parameters: CodecParameters::new(),
    });
    in_use.collect()
}

fn encodings(parameters: &RtpParameters, mapping: &RtpMapping) -> Vec<RtpEncodingParameters> {
    let both = parameters.encodings.iter().zip(&mapping.encodings);
    let mapped = both.map(|(encoding, mapping)| RtpEncodingParameters {
        ssrc: Some(mapping.mapped_ssrc),
        rid: None,
        codec_payload_type: None,
        rtx: None,
        ..encoding.clone()
    });
    mapped.collect()
}
