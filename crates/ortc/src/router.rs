//! From the codecs that a router is asked for to its capabilities.

use std::collections::VecDeque;

use miso_wire::Pt;

use crate::{
    CodecParameters, MediaKind, MimeType, OrtcError, RouterRtpCodecCapability, RtpCapabilities,
    RtpCodecCapability, Strictness, match_codecs, supported_rtp_capabilities,
};

/// The capabilities of a router with these codecs: each gets a payload type, each video codec an RTX codec, and all
/// header extensions are offered.
///
/// A codec's own parameters win over those of the supported codec; its feedback mechanisms are not looked at.
///
/// Audio has no RTX in mediasoup. Here it has where the list says so: an `audio/rtx` is that of the codec with the
/// payload type `apt`, without one that of the nearest audio codec before it.
///
/// # Errors
/// `media codec not supported` for a codec unknown here, `cannot allocate more dynamic codec payload types`,
/// `duplicated codec.preferredPayloadType`.
pub fn router_rtp_capabilities(
    media_codecs: &[RouterRtpCodecCapability],
) -> Result<RtpCapabilities, OrtcError> {
    let supported = supported_rtp_capabilities();
    let mut payload_types = PayloadTypes::new();
    let mut codecs = Vec::with_capacity(media_codecs.len() * 2);
    for RouterRtpCodecCapability(asked) in media_codecs {
        if asked.mime_type == MimeType::rtx(MediaKind::Audio) {
            codecs.push(rtx_of_audio(asked, &codecs, &mut payload_types)?);
            continue;
        }
        let found = supported
            .codecs
            .iter()
            .find(|it| match_codecs(asked, *it, Strictness::Loose).is_some());
        let mut codec = found
            .cloned()
            .ok_or_else(|| OrtcError::MediaCodecNotSupported(asked.mime_type.clone()))?;
        let static_type = codec.preferred_payload_type;
        let payload_type = payload_types.take(asked.preferred_payload_type.or(static_type))?;
        codec.preferred_payload_type = Some(payload_type);
        codec.parameters.overlay(&asked.parameters);
        let is_video = codec.kind == MediaKind::Video;
        let clock_rate = codec.clock_rate;
        codecs.push(codec);
        if is_video {
            let media = (MediaKind::Video, payload_type);
            codecs.push(rtx_codec(media, clock_rate, payload_types.take(None)?));
        }
    }
    Ok(RtpCapabilities {
        codecs,
        header_extensions: supported.header_extensions,
    })
}

/// The RTX codec of an audio codec that is among `codecs`.
fn rtx_of_audio(
    asked: &RtpCodecCapability,
    codecs: &[RtpCodecCapability],
    payload_types: &mut PayloadTypes,
) -> Result<RtpCodecCapability, OrtcError> {
    let apt = asked.parameters.apt();
    let is_meant = |codec: &&RtpCodecCapability| {
        let named = match apt {
            Some(apt) => codec.preferred_payload_type == Some(apt) && !codec.is_rtx(),
            None => codec.mime_type.codec().is_media(),
        };
        named && codec.kind == MediaKind::Audio && codec.clock_rate == asked.clock_rate
    };
    let media = codecs.iter().rev().find(is_meant);
    let media = media.and_then(|codec| codec.preferred_payload_type);
    let media = media.ok_or(OrtcError::AptPointsToNothing)?;
    let payload_type = payload_types.take(asked.preferred_payload_type)?;
    Ok(rtx_codec(
        (MediaKind::Audio, media),
        asked.clock_rate,
        payload_type,
    ))
}

fn rtx_codec(
    (kind, media): (MediaKind, Pt),
    clock_rate: u32,
    payload_type: Pt,
) -> RtpCodecCapability {
    RtpCodecCapability {
        kind,
        mime_type: MimeType::rtx(kind),
        preferred_payload_type: Some(payload_type),
        clock_rate,
        channels: (kind == MediaKind::Audio).then_some(1),
        parameters: CodecParameters::from([("apt", i64::from(media.0).into())]),
        rtcp_feedback: Vec::new(),
    }
}

/// Payload types of one router.
struct PayloadTypes {
    /// Dynamic ones that are free, in the order in which they are given out.
    free: VecDeque<Pt>,
    /// All that are taken.
    taken: Vec<Pt>,
}

impl PayloadTypes {
    fn new() -> Self {
        Self {
            free: (100..=127).chain(96..=99).map(Pt).collect(),
            taken: Vec::new(),
        }
    }

    /// The wanted payload type, else the next dynamic one.
    fn take(&mut self, wanted: Option<Pt>) -> Result<Pt, OrtcError> {
        let payload_type = match wanted {
            Some(wanted) => wanted,
            None => self
                .free
                .pop_front()
                .ok_or(OrtcError::NoDynamicPayloadType)?,
        };
        self.free.retain(|free| *free != payload_type);
        if self.taken.contains(&payload_type) {
            return Err(OrtcError::DuplicatedPreferredPayloadType);
        }
        self.taken.push(payload_type);
        Ok(payload_type)
    }
}
