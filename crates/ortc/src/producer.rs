//! From what a producer sends to what its router knows.

mod check;
mod kind;

use miso_wire::Pt;

use crate::ssrcs::{RandomU32, counting_from, random_ssrc};
use crate::{
    CodecMapping, CodecMatch, EncodingMapping, MediaKind, OrtcError, ProducerType, RtpCapabilities,
    RtpCodecCapability, RtpEncodingParameters, RtpMapping, RtpParameters, Strictness,
    TransportCname, consumable_rtp_parameters, match_codecs, validate_rtp_parameters,
};

pub use check::{check_rtp_mapping, check_rtp_parameters};
pub use kind::producer_type;

/// What a producer is made from.
#[derive(Clone, Debug)]
pub struct ProducerOptions<'a> {
    /// Audio or video.
    pub kind: MediaKind,
    /// What it sends.
    pub parameters: RtpParameters,
    /// What its router can forward.
    pub router: &'a RtpCapabilities,
}

/// All that follows from a producer's parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedProducer {
    /// Its parameters, completed.
    pub parameters: RtpParameters,
    /// How they become the router's.
    pub mapping: RtpMapping,
    /// What consumers can get of it.
    pub consumable: RtpParameters,
    /// In how many versions it sends.
    pub producer_type: ProducerType,
}

/// Takes a producer's parameters through all steps: normalised, with an encoding, with its transport's CNAME, mapped,
/// and checked as the worker checks them.
///
/// On a pipe transport each producer has a fresh `cname`.
///
/// # Errors
/// As the functions for the single steps; `invalid kind` when a codec is not of the given kind.
pub fn prepare_producer(
    options: ProducerOptions<'_>,
    cname: &mut TransportCname,
    random: &mut RandomU32<'_>,
) -> Result<PreparedProducer, OrtcError> {
    let ProducerOptions {
        kind,
        mut parameters,
        router,
    } = options;
    validate_rtp_parameters(&mut parameters)?;
    if parameters
        .codecs
        .iter()
        .any(|codec| codec.mime_type.kind() != kind)
    {
        return Err(OrtcError::Invalid("kind"));
    }
    if parameters.encodings.is_empty() {
        parameters.encodings.push(RtpEncodingParameters::default());
    }
    // Mapping and checks first: a producer that is refused must not fix the transport's CNAME.
    let mapping = producer_rtp_mapping(&mut parameters, router, random)?;
    check_rtp_mapping(&parameters, &mapping)?;
    let producer_type = producer_type(&parameters)?;
    let mut candidate = cname.clone();
    candidate.apply(&mut parameters, random);
    check_rtp_parameters(&parameters)?;
    *cname = candidate;
    let consumable = consumable_rtp_parameters(kind, &parameters, router, &mapping);
    Ok(PreparedProducer {
        parameters,
        mapping,
        consumable,
        producer_type,
    })
}

/// How payload types and SSRCs of a producer become those of its router. H.264 codecs of the producer get the
/// `profile-level-id` on which both sides agree.
///
/// # Errors
/// `unsupported codec` for a codec that the router does not have, `missing media codec found for RTX PT` and
/// `no RTX codec for capability codec PT` for an RTX codec that leads nowhere.
pub fn producer_rtp_mapping(
    parameters: &mut RtpParameters,
    router: &RtpCapabilities,
    random: &mut RandomU32<'_>,
) -> Result<RtpMapping, OrtcError> {
    let mut codecs = map_media_codecs(parameters, router)?;
    let rtx = map_rtx_codecs(parameters, router, &codecs)?;
    codecs.extend(rtx);
    let first = random_ssrc(random);
    let mapped = parameters.encodings.iter().zip(counting_from(first));
    let encodings = mapped.map(|(encoding, mapped_ssrc)| EncodingMapping {
        ssrc: encoding.ssrc,
        rid: encoding.rid,
        mapped_ssrc,
    });
    Ok(RtpMapping {
        codecs,
        encodings: encodings.collect(),
    })
}

fn map_media_codecs(
    parameters: &mut RtpParameters,
    router: &RtpCapabilities,
) -> Result<Vec<CodecMapping>, OrtcError> {
    let mut mappings = Vec::with_capacity(parameters.codecs.len());
    for codec in parameters.codecs.iter_mut().filter(|codec| !codec.is_rtx()) {
        let found = router.codecs.iter().find_map(|theirs| {
            let matched = match_codecs(&*codec, theirs, Strictness::Strict)?;
            Some((matched, theirs.preferred_payload_type?))
        });
        let Some((matched, mapped_payload_type)) = found else {
            return Err(OrtcError::UnsupportedCodec {
                mime_type: codec.mime_type.clone(),
                payload_type: codec.payload_type,
            });
        };
        match matched {
            CodecMatch::AsIs => {}
            CodecMatch::H264 {
                profile_level_id: Some(text),
            } => {
                codec.parameters.insert("profile-level-id", text.as_str());
            }
            CodecMatch::H264 {
                profile_level_id: None,
            } => {
                codec.parameters.remove("profile-level-id");
            }
        }
        mappings.push(CodecMapping {
            payload_type: codec.payload_type,
            mapped_payload_type,
        });
    }
    Ok(mappings)
}

fn map_rtx_codecs(
    parameters: &RtpParameters,
    router: &RtpCapabilities,
    media: &[CodecMapping],
) -> Result<Vec<CodecMapping>, OrtcError> {
    let map = |payload_type: Pt, apt: Option<Pt>| {
        let media = media
            .iter()
            .find(|media| Some(media.payload_type) == apt)
            .ok_or(OrtcError::MissingMediaCodecForRtx(payload_type))?;
        let rtx = rtx_capability_for(router, media.mapped_payload_type);
        let mapped_payload_type = rtx
            .and_then(|rtx| rtx.preferred_payload_type)
            .ok_or(OrtcError::NoRtxCodec(media.mapped_payload_type))?;
        Ok(CodecMapping {
            payload_type,
            mapped_payload_type,
        })
    };
    let rtx = parameters.codecs.iter().filter(|codec| codec.is_rtx());
    rtx.map(|codec| map(codec.payload_type, codec.parameters.apt()))
        .collect()
}

/// The router's RTX codec for its codec with payload type `media`.
pub(crate) fn rtx_capability_for(
    router: &RtpCapabilities,
    media: Pt,
) -> Option<&RtpCodecCapability> {
    let mut rtx = router.codecs.iter().filter(|codec| codec.is_rtx());
    rtx.find(|codec| codec.parameters.apt() == Some(media))
}

#[cfg(test)]
mod tests;
