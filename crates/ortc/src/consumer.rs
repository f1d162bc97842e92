//! From what consumers can get of a producer to what one of them gets.

use miso_wire::{Mid, Pt};

use crate::ssrcs::{RandomU32, counting_from, random_ssrc};
use crate::{
    Codec, HeaderExtensionUri, OrtcError, RtcpFeedback, RtpCapabilities, RtpCodecCapability,
    RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtensionParameters, RtpParameters,
    RtxParameters, ScalabilityMode, Strictness, match_codecs,
};

/// What a consumer is made from.
#[derive(Clone, Copy, Debug)]
pub struct ConsumerOptions<'a> {
    /// What consumers can get of the producer.
    pub consumable: &'a RtpParameters,
    /// What the remote side can take.
    pub remote: &'a RtpCapabilities,
    /// The MID in its transport; none for one that takes all streams.
    pub mid: Option<Mid>,
    /// Whether lost packets are sent again. mediasoup's default: for video only.
    pub enable_rtx: bool,
    /// Whether it takes all streams of the producer instead of one made from them.
    pub pipe: bool,
}

/// Whether a side with these capabilities can take anything of a producer with these consumable parameters: whether
/// [`consumer_rtp_parameters`] would succeed.
///
/// mediasoup also says no where the first codec in common is RTX of a codec that is not, though consuming works.
pub fn can_consume(consumable: &RtpParameters, remote: &RtpCapabilities) -> bool {
    let mut media = consumable
        .codecs
        .iter()
        .filter(|codec| codec.mime_type.codec().is_media());
    media.any(|codec| match_in(remote, codec).is_some())
}

/// The feedback mechanisms of the first codec in `remote` that is the same as `codec`.
fn match_in<'a>(
    remote: &'a RtpCapabilities,
    codec: &RtpCodecParameters,
) -> Option<&'a [RtcpFeedback]> {
    // Who knows RED says what may be in it. A router does not, so capabilities that are a copy of its own, as players
    // have them who pass on whatever they were given, promise nothing.
    let is_known = |theirs: &RtpCodecCapability| {
        !codec.is_audio_red() || theirs.parameters.red_block().is_some()
    };
    let is_same = |theirs: &&'a RtpCodecCapability| {
        match_codecs(*theirs, codec, Strictness::Strict).is_some() && is_known(theirs)
    };
    remote
        .codecs
        .iter()
        .find(is_same)
        .map(|theirs| theirs.rtcp_feedback.as_slice())
}

/// The parameters of a consumer.
///
/// All codecs that both sides know stay, under the router's payload types; header extensions stay where the remote
/// side uses the same id; feedback for bandwidth estimation follows the header extensions that stay.
///
/// # Errors
/// `no compatible media codecs`.
pub fn consumer_rtp_parameters(
    options: ConsumerOptions<'_>,
    random: &mut RandomU32<'_>,
) -> Result<RtpParameters, OrtcError> {
    let ConsumerOptions {
        consumable,
        remote,
        mid,
        enable_rtx,
        pipe,
    } = options;
    let mut codecs = common_codecs(consumable, remote, enable_rtx);
    let mut media = codecs.iter().map(|codec| codec.mime_type.codec());
    if !media.any(Codec::is_media) {
        return Err(OrtcError::NoCompatibleMediaCodecs);
    }
    let header_extensions = common_extensions(consumable, remote);
    keep_one_estimator(&mut codecs, &header_extensions);
    let has_rtx = codecs.iter().any(RtpCodecParameters::is_rtx);
    let encodings = if pipe {
        all_encodings(&consumable.encodings, has_rtx, random)
    } else {
        vec![one_encoding(&consumable.encodings, has_rtx, random)]
    };
    Ok(RtpParameters {
        mid,
        codecs,
        header_extensions,
        encodings,
        rtcp: consumable.rtcp.clone(),
        msid: consumable.msid.clone(),
    })
}

fn common_codecs(
    consumable: &RtpParameters,
    remote: &RtpCapabilities,
    enable_rtx: bool,
) -> Vec<RtpCodecParameters> {
    let offered = consumable
        .codecs
        .iter()
        .filter(|codec| enable_rtx || !codec.is_rtx());
    let common = offered.filter_map(|codec| {
        let feedback = match_in(remote, codec)?.iter();
        let feedback = feedback
            .filter(|it| enable_rtx || !it.is("nack", ""))
            .cloned();
        Some(RtpCodecParameters {
            rtcp_feedback: feedback.collect(),
            ..codec.clone()
        })
    });
    let mut codecs: Vec<_> = common.collect();
    // First RED that leads nowhere, then RTX, which may be of RED.
    keep_attached(&mut codecs, |codec| {
        codec.is_audio_red().then(|| codec.parameters.red_block())
    });
    keep_attached(&mut codecs, |codec| {
        codec.is_rtx().then(|| codec.parameters.apt())
    });
    codecs
}

/// Removes codecs that help another one which is not there; `helped` tells of a codec that helps what it helps.
fn keep_attached(
    codecs: &mut Vec<RtpCodecParameters>,
    helped: impl Fn(&RtpCodecParameters) -> Option<Option<Pt>>,
) {
    let kept: Vec<_> = codecs.iter().map(|codec| codec.payload_type).collect();
    codecs.retain(|codec| {
        let helped = helped(codec);
        helped.is_none_or(|helped| helped.is_some_and(|other| kept.contains(&other)))
    });
}

fn common_extensions(
    consumable: &RtpParameters,
    remote: &RtpCapabilities,
) -> Vec<RtpHeaderExtensionParameters> {
    // The router's ids are on every packet already, so one that means something else to the remote side is of no use.
    let is_common = |ours: &&RtpHeaderExtensionParameters| {
        let mut theirs = remote.header_extensions.iter();
        theirs.any(|it| it.uri == ours.uri && it.preferred_id == ours.id)
    };
    consumable
        .header_extensions
        .iter()
        .filter(is_common)
        .cloned()
        .collect()
}

/// Leaves feedback for the one estimator that the header extensions serve: with transport-wide numbers the sender's,
/// with send times the receiver's, else none.
fn keep_one_estimator(
    codecs: &mut [RtpCodecParameters],
    extensions: &[RtpHeaderExtensionParameters],
) {
    let has = |uri: HeaderExtensionUri| extensions.iter().any(|it| it.uri == uri);
    let dropped: &[&str] = if has(HeaderExtensionUri::TransportWideCc) {
        &["goog-remb"]
    } else if has(HeaderExtensionUri::AbsSendTime) {
        &["transport-cc"]
    } else {
        &["goog-remb", "transport-cc"]
    };
    for codec in codecs {
        codec
            .rtcp_feedback
            .retain(|it| !dropped.contains(&it.kind.as_str()));
    }
}

/// The stream that is made from those of the producer.
fn one_encoding(
    of_producer: &[RtpEncodingParameters],
    has_rtx: bool,
    random: &mut RandomU32<'_>,
) -> RtpEncodingParameters {
    let ssrc = random_ssrc(random);
    let mode = of_producer
        .iter()
        .find_map(|encoding| encoding.scalability_mode.clone());
    let scalability_mode = match of_producer.len() {
        0 | 1 => mode,
        streams => {
            let temporal = mode.map(|mode| mode.layers()).unwrap_or_default().temporal;
            Some(ScalabilityMode::from(format!("L{streams}T{temporal}")))
        }
    };
    RtpEncodingParameters {
        ssrc: Some(ssrc),
        rtx: counting_from(ssrc)
            .nth(1)
            .filter(|_| has_rtx)
            .map(|ssrc| RtxParameters { ssrc }),
        scalability_mode,
        max_bitrate: of_producer
            .iter()
            .filter_map(|encoding| encoding.max_bitrate)
            .max(),
        ..RtpEncodingParameters::default()
    }
}

/// All streams of the producer under SSRCs of their own.
pub(crate) fn all_encodings(
    of_producer: &[RtpEncodingParameters],
    has_rtx: bool,
    random: &mut RandomU32<'_>,
) -> Vec<RtpEncodingParameters> {
    let ssrcs = counting_from(random_ssrc(random));
    let rtx_ssrcs = counting_from(random_ssrc(random));
    let named = of_producer.iter().zip(ssrcs.zip(rtx_ssrcs));
    let encodings = named.map(|(encoding, (ssrc, rtx_ssrc))| RtpEncodingParameters {
        ssrc: Some(ssrc),
        rtx: has_rtx.then_some(RtxParameters { ssrc: rtx_ssrc }),
        ..encoding.clone()
    });
    encodings.collect()
}

#[cfg(test)]
mod tests;
