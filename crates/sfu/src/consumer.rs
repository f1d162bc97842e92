//! Outbound media to one peer: one producer, forwarded.

pub(crate) mod allotment;
pub(crate) mod layers;
pub(crate) mod leg;
mod target;
pub(crate) mod timeline;

use crate::command::PreferredLayers;
use crate::event::{ConsumerLayers, ConsumerScore};
use crate::ids::ConsumerId;
use crate::keys::{ProducerKey, TransportKey};
use crate::packet::PacketMeta;
use crate::producer::Producer;
use crate::score::BEST_SCORE;
use crate::trace::MediaTraces;
use allotment::Allotted;
use layers::Layers;
use leg::Legs;
use miso_ortc::{ConsumerType, MediaKind, RtpEncodingParameters, RtpParameters, ScalabilityLayers};
use miso_wire::{Mid, Pt, Ssrc};
use std::time::Instant;

/// Which header extensions the peer negotiated, as far as each packet needs to know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NegotiatedExtensions {
    pub(crate) abs_send_time: bool,
    pub(crate) transport_wide_cc: bool,
}

/// A set of payload types.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PtSet(u128);

impl PtSet {
    /// Of these.
    pub(crate) fn new(pts: impl Iterator<Item = Pt>) -> Self {
        Self(pts.fold(0, |set, pt| set | (1 << (pt.0 & 0x7f))))
    }

    /// Whether it is one of them.
    pub(crate) const fn contains(self, pt: Pt) -> bool {
        self.0 & (1 << (pt.0 & 0x7f)) != 0
    }
}

/// Most layers of a kind within a stream: VP9 counts them with three bits, the other codecs know fewer.
const MAX_LAYERS: u8 = 8;

/// How a packet is sent to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Under which payload type.
    pub(crate) pt: Pt,
    /// Bytes at the front of the payload that are left out: what RED adds, where the peer does not take it.
    pub(crate) skipped: u16,
}

impl Form {
    /// A RED packet without what RED adds; none for others.
    pub(crate) fn unpacked(meta: &PacketMeta) -> Option<Self> {
        let red = meta.red?;
        Some(Self {
            pt: red.pt,
            skipped: red.offset.get(),
        })
    }
}

/// What the peer takes, as far as each packet needs to know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// Payload types.
    pub(crate) supported: PtSet,
    /// Header extensions.
    pub(crate) extensions: NegotiatedExtensions,
    /// What its packets are told apart by.
    pub(crate) mid: Option<Mid>,
    /// Whether DTX packets of Opus are left out.
    pub(crate) ignore_dtx: bool,
}

impl Terms {
    /// How a packet is sent to the peer; none when it does not take it. Always the same for the same packet.
    #[inline]
    pub(crate) fn form_of(&self, meta: &PacketMeta) -> Option<Form> {
        if self.supported.contains(meta.pt) {
            return Some(Form {
                pt: meta.pt,
                skipped: 0,
            });
        }
        Form::unpacked(meta).filter(|form| self.supported.contains(form.pt))
    }
}

/// Outbound media to one peer.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) id: ConsumerId,
    pub(crate) producer: ProducerKey,
    pub(crate) transport: TransportKey,
    pub(crate) kind: MediaKind,
    pub(crate) consumer_type: ConsumerType,
    pub(crate) parameters: RtpParameters,
    pub(crate) consumable_encodings: Vec<RtpEncodingParameters>,
    /// What the peer takes.
    pub(crate) terms: Terms,
    pub(crate) paused: bool,
    pub(crate) producer_paused: bool,
    pub(crate) priority: u8,
    /// With layers only.
    pub(crate) preferred: Option<PreferredLayers>,
    /// What the path to the peer leaves for it.
    pub(crate) allotted: Allotted,
    /// Since when not even its lowest layers have been available, while it still gets them.
    pub(crate) starved_since: Option<Instant>,
    /// What it is to get, with layers only; none for nothing.
    pub(crate) target: Option<Layers>,
    /// The streams to the peer.
    pub(crate) legs: Legs,
    /// Whether the codec has packets that a decoder can begin with, and they can be told.
    pub(crate) needs_key_frame: bool,
    /// What the owner wants traced.
    pub(crate) traces: MediaTraces,
    /// As last told.
    pub(crate) layers: Option<ConsumerLayers>,
    /// As last told.
    pub(crate) score: ConsumerScore,
}

impl Consumer {
    /// The SSRCs under which it sends.
    pub(crate) fn ssrcs(&self) -> impl Iterator<Item = Ssrc> {
        self.legs.iter().flat_map(|leg| {
            let params = leg.send.params();
            std::iter::once(params.ssrc).chain(params.rtx.map(|(ssrc, _)| ssrc))
        })
    }

    /// Reads what serving it needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        self.legs.first().touch() ^ u64::from(self.wants_media())
    }

    /// The payload type of retransmissions of a codec.
    pub(crate) fn rtx_pt_of(&self, media: Pt) -> Option<Pt> {
        self.parameters
            .rtx_codec_for(media)
            .map(|rtx| rtx.payload_type)
    }

    /// Whether it has layers to choose from.
    pub(crate) const fn has_layers(&self) -> bool {
        matches!(
            self.consumer_type,
            ConsumerType::Simulcast | ConsumerType::Svc
        )
    }

    /// Whether it wants packets, as far as it knows itself.
    pub(crate) const fn wants_media(&self) -> bool {
        !self.paused && !self.producer_paused
    }

    /// Forwards nothing until it follows a stream again.
    pub(crate) fn stop(&mut self) {
        self.legs.iter_mut().for_each(leg::Leg::stop);
        self.target = None;
    }

    /// Its score beside that of its producer.
    pub(crate) fn score_with(&self, producer: &Producer) -> ConsumerScore {
        if self.consumer_type == ConsumerType::Pipe {
            return ConsumerScore {
                score: BEST_SCORE,
                producer_score: BEST_SCORE,
                producer_scores: producer.scores_by_encoding(),
            };
        }
        let leg = self.legs.first();
        let forwarded = match leg.current {
            Some(current) => producer.streams.get(current.stream),
            None if self.has_layers() => None,
            None => producer.streams.first(),
        };
        ConsumerScore {
            score: leg.send.score(),
            producer_score: forwarded.map_or(0, |stream| stream.recv.score()),
            producer_scores: producer.scores_by_encoding(),
        }
    }

    /// The layers that the producer announced.
    pub(crate) fn announced(&self) -> ScalabilityLayers {
        let first = self.parameters.encodings.first();
        let mode = first.and_then(|encoding| encoding.scalability_mode.as_ref());
        let layers = mode.map(|mode| mode.layers()).unwrap_or_default();
        let spatial = match self.consumer_type {
            ConsumerType::Simulcast => {
                u8::try_from(self.consumable_encodings.len()).unwrap_or(u8::MAX)
            }
            _ => layers.spatial.min(MAX_LAYERS),
        };
        ScalabilityLayers {
            spatial: spatial.max(1),
            temporal: layers.temporal.clamp(1, MAX_LAYERS),
            ..layers
        }
    }

    /// The layers, limited to those that exist; a missing temporal layer is the highest.
    pub(crate) fn clamp_layers(&self, layers: PreferredLayers) -> PreferredLayers {
        let announced = self.announced();
        let temporal = layers.temporal_layer.unwrap_or(u8::MAX);
        PreferredLayers {
            spatial_layer: layers.spatial_layer.min(announced.spatial - 1),
            temporal_layer: Some(temporal.min(announced.temporal - 1)),
        }
    }

    /// The layers that it gets at present.
    pub(crate) fn current_layers(&self, producer: &Producer) -> Option<ConsumerLayers> {
        let leg = self.legs.first();
        let stream = producer.streams.get(leg.begun()?)?;
        let layers = leg.filter.as_ref()?.current()?;
        let spatial = match self.consumer_type {
            ConsumerType::Simulcast => u8::try_from(stream.encoding_idx).unwrap_or(u8::MAX),
            _ => layers.spatial,
        };
        Some(ConsumerLayers {
            spatial_layer: spatial,
            temporal_layer: Some(layers.temporal.min(self.announced().temporal - 1)),
        })
    }

    /// Has no leg follow anything.
    pub(crate) fn follow_nothing(&mut self) {
        self.legs.iter_mut().for_each(leg::Leg::follow_nothing);
        self.target = None;
    }

    /// Has each leg follow what it should get. The router's SSRCs of the streams whose key frames are now awaited, if
    /// that is news.
    pub(crate) fn follow_best(&mut self, producer: &Producer) -> Vec<Ssrc> {
        let needs_key_frame = self.needs_key_frame;
        if self.consumer_type == ConsumerType::Pipe {
            let legs = self.legs.iter_mut().enumerate();
            let awaited = legs.filter_map(|(encoding, leg)| {
                let mut streams = producer.streams.iter();
                let own = streams.position(|stream| stream.encoding_idx == encoding);
                leg.follow(own, producer, needs_key_frame)
            });
            return awaited.collect();
        }
        let best = self.best_target(producer);
        let wanted = best.map(|best| self.within_stream(best.layers));
        self.target = best.map(|best| best.layers).filter(|_| self.has_layers());
        let leg = self.legs.first_mut();
        let awaited = leg.follow(best.map(|best| best.stream), producer, needs_key_frame);
        let mut awaited: Vec<Ssrc> = awaited.into_iter().collect();
        if let (Some(filter), Some(wanted)) = (&mut leg.filter, wanted)
            && filter.set_target(wanted)
            && let Some(stream) = leg.current.and_then(|it| producer.streams.get(it.stream))
        {
            awaited.push(stream.mapped_ssrc);
        }
        awaited
    }

    /// What is forwarded of the layers within one stream.
    fn within_stream(&self, layers: Layers) -> Layers {
        let announced = self.announced();
        Layers {
            // The spatial layers of a simulcast are streams of their own.
            spatial: match self.consumer_type {
                ConsumerType::Simulcast => 0,
                _ => layers.spatial,
            },
            // Temporal layers that nobody announced cannot be chosen from either.
            temporal: if announced.temporal > 1 {
                layers.temporal
            } else {
                u8::MAX
            },
        }
    }
}

#[cfg(test)]
mod tests;
