//! What a new consumer is made of.

use crate::command::{Consume, PreferredLayers};
use crate::consumer::layers::LayerFilter;
use crate::consumer::leg::Legs;
use crate::consumer::{Consumer, NegotiatedExtensions, PtSet, Terms};
use crate::error::CommandError;
use crate::ids::ConsumerId;
use crate::keys::{ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::producer::mangle::MID_LEN;
use crate::send_stream::{SendStream, SendStreamParams};
use crate::worker::data::gone;
use crate::worker::estimate::is_of_probes;
use miso_ortc::{
    Codec, ConsumerType, HeaderExtensionUri, MediaKind, RtpParameters, check_rtp_parameters,
};
use miso_wire::{ExtensionKind, Pt, Ssrc};

/// Under which SSRCs a leg sends.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) media: Ssrc,
    pub(super) rtx: Option<Ssrc>,
}

impl Source {
    pub(super) fn ssrcs(self) -> impl Iterator<Item = Ssrc> {
        std::iter::once(self.media).chain(self.rtx)
    }
}

/// The rules for consumers of fact sheet 5.11; what each leg sends under.
pub(super) fn check(options: &Consume) -> Result<Vec<Source>, CommandError> {
    let refuse = |reason: &str| Err(CommandError::type_error(reason));
    let parameters = &options.rtp_parameters;
    if parameters.encodings.is_empty() {
        return refuse("empty rtpParameters.encodings");
    }
    check_rtp_parameters(parameters).map_err(|e| CommandError::type_error(e.to_string()))?;
    if parameters
        .mid
        .is_some_and(|mid| mid.as_bytes().len() > MID_LEN)
    {
        return Err(CommandError::type_error(format!(
            "rtpParameters.mid too long [max len:{MID_LEN}]"
        )));
    }
    let consumable = &options.consumable_rtp_encodings;
    if consumable.is_empty() {
        return refuse("empty consumableRtpEncodings");
    }
    if consumable.iter().any(|encoding| encoding.ssrc.is_none()) {
        return refuse("wrong encoding in consumableRtpEncodings (missing ssrc)");
    }
    let legs = match options.consumer_type {
        ConsumerType::Pipe if parameters.encodings.len() != consumable.len() => {
            return refuse(
                "number of rtpParameters.encodings and consumableRtpEncodings do not match",
            );
        }
        ConsumerType::Pipe => consumable.len(),
        ConsumerType::Simple | ConsumerType::Svc if consumable.len() > 1 => {
            return refuse("invalid consumableRtpEncodings with size != 1");
        }
        _ => 1,
    };
    sources(parameters, legs)
}

fn sources(parameters: &RtpParameters, legs: usize) -> Result<Vec<Source>, CommandError> {
    let refuse = |reason: &str| Err(CommandError::type_error(reason));
    let mut sources = Vec::new();
    let mut taken = Vec::new();
    for encoding in parameters.encodings.iter().take(legs) {
        let Some(media) = encoding.ssrc else {
            return refuse("invalid encoding in rtpParameters (missing ssrc)");
        };
        let source = Source {
            media,
            rtx: encoding.rtx.as_ref().map(|rtx| rtx.ssrc),
        };
        // Two streams under one SSRC would share the numbers that SRTP must use once.
        for ssrc in source.ssrcs() {
            if is_of_probes(ssrc) {
                return refuse("invalid encoding in rtpParameters (ssrc of probation)");
            }
            if taken.contains(&ssrc) {
                return refuse("invalid encoding in rtpParameters (ssrc used twice)");
            }
            taken.push(ssrc);
        }
        sources.push(source);
    }
    Ok(sources)
}

pub(super) fn send_params(
    options: &Consume,
    source: Source,
) -> Result<SendStreamParams, CommandError> {
    let parameters = &options.rtp_parameters;
    let media = parameters
        .codecs
        .iter()
        .find(|codec| codec.mime_type.codec().is_media());
    let media = media.ok_or_else(|| CommandError::type_error("no media codecs found"))?;
    let rtx_pt = parameters
        .rtx_codec_for(media.payload_type)
        .map(|rtx| rtx.payload_type);
    Ok(SendStreamParams {
        ssrc: source.media,
        rtx: source.rtx.zip(rtx_pt),
        clock_rate: media.clock_rate,
        video: options.kind == MediaKind::Video,
        use_nack: media.has_feedback("nack", ""),
    })
}

pub(super) fn new_consumer(
    id: ConsumerId,
    (producer_key, transport_key): (ProducerKey, TransportKey),
    options: Consume,
    producer: &Producer,
    streams: Vec<SendStream>,
) -> Result<Consumer, CommandError> {
    let mut streams = streams.into_iter();
    let first = streams.next().ok_or_else(gone)?;
    let parameters = options.rtp_parameters;
    let media = parameters
        .codecs
        .iter()
        .filter(|codec| codec.mime_type.codec().is_media() || codec.is_audio_red());
    let has = |uri: HeaderExtensionUri| parameters.extension_id(&uri).is_some();
    let is_described = has(HeaderExtensionUri::DependencyDescriptor);
    let codec = parameters
        .codecs
        .first()
        .map(|codec| codec.mime_type.codec());
    let supported: Vec<Pt> = media.map(|codec| codec.payload_type).collect();
    let mut consumer = Consumer {
        id,
        producer: producer_key,
        transport: transport_key,
        kind: options.kind,
        consumer_type: options.consumer_type,
        consumable_encodings: options.consumable_rtp_encodings,
        terms: Terms {
            supported: PtSet::new(supported.into_iter()),
            extensions: NegotiatedExtensions {
                abs_send_time: has(HeaderExtensionUri::AbsSendTime),
                transport_wide_cc: has(HeaderExtensionUri::TransportWideCc),
            },
            mid: parameters.mid,
            ignore_dtx: options.ignore_dtx,
        },
        paused: options.paused,
        producer_paused: producer.paused,
        priority: 1,
        preferred: None,
        allotted: Default::default(),
        starved_since: None,
        traces: Default::default(),
        target: None,
        legs: Legs::new(first, streams),
        needs_key_frame: needs_key_frame(codec, (options.consumer_type, is_described), producer),
        layers: None,
        score: Default::default(),
        parameters,
    };
    if consumer.has_layers() {
        let wanted = options.preferred_layers.unwrap_or(PreferredLayers {
            spatial_layer: u8::MAX,
            temporal_layer: None,
        });
        consumer.preferred = Some(consumer.clamp_layers(wanted));
        // Only these tell which spatial layers a picture serves.
        let tells = matches!(codec, Some(Codec::Vp9 | Codec::Av1));
        let is_exact = tells && consumer.announced().ksvc;
        consumer.legs.first_mut().filter = Some(Box::new(LayerFilter::new(is_exact)));
    }
    Ok(consumer)
}

/// Whether the codec has packets that a decoder can begin with, and they can be told. Those of AV1 are told by the
/// dependency descriptor alone; where there are no layers and the peer does not get it, it goes unused (fact sheet 3.11).
fn needs_key_frame(
    codec: Option<Codec>,
    (kind, is_described): (ConsumerType, bool),
    producer: &Producer,
) -> bool {
    match codec {
        Some(Codec::Vp8 | Codec::Vp9 | Codec::H264) => true,
        Some(Codec::Av1)
            if kind == ConsumerType::Svc || (kind == ConsumerType::Simple && is_described) =>
        {
            let descriptor = ExtensionKind::DependencyDescriptor;
            producer.extensions.id(descriptor).is_some()
        }
        _ => false,
    }
}
