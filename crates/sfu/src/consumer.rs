//! Outbound media to one peer: one producer, forwarded.

pub(crate) mod rewrite;

use crate::command::PreferredLayers;
use crate::event::{ConsumerLayers, ConsumerScore};
use crate::ids::ConsumerId;
use crate::keys::{ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::producer::streams::ProducerStream;
use crate::ring::ArrivalCursor;
use crate::send_stream::SendStream;
use crate::trace::MediaTraces;
use miso_ortc::{ConsumerType, MediaKind, RtpEncodingParameters, RtpParameters};
use miso_wire::{ExtSeq, Mid, Pt, Ssrc};
use rewrite::Rewrite;

/// What a consumer forwards at present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    /// Index of the producer's stream.
    pub(crate) stream: usize,
    /// What it was served of it.
    pub(crate) cursor: ArrivalCursor,
    /// The number from which on it is to get what is stored, before it gets what arrives: a key frame's first packet
    /// may have arrived after others of the frame.
    pub(crate) replay: Option<ExtSeq>,
    /// Whether a packet that a decoder can begin with is still awaited.
    pub(crate) awaits_key_frame: bool,
    /// Whether the sequence numbers are to go on from here.
    pub(crate) must_sync: bool,
}

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
    /// Payload types that the peer takes.
    pub(crate) supported: PtSet,
    pub(crate) extensions: NegotiatedExtensions,
    pub(crate) mid: Option<Mid>,
    pub(crate) paused: bool,
    pub(crate) producer_paused: bool,
    pub(crate) priority: u8,
    /// With layers only.
    pub(crate) preferred: Option<PreferredLayers>,
    /// Whether DTX packets of Opus are left out.
    pub(crate) ignore_dtx: bool,
    /// The stream to the peer.
    pub(crate) send: SendStream,
    /// Whether the codec has packets that a decoder can begin with, and they can be told.
    pub(crate) needs_key_frame: bool,
    /// What is forwarded.
    pub(crate) current: Option<Current>,
    /// The stream that is to be forwarded as soon as it has a key frame.
    pub(crate) target: Option<Current>,
    /// How the current stream's numbers become the consumer's.
    pub(crate) rewrite: Rewrite,
    /// The stream that its numbers last went on from.
    pub(crate) synced_stream: Option<usize>,
    /// Whether the packet that was sent last ended a frame.
    pub(crate) last_had_marker: bool,
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
        let encodings = self.parameters.encodings.iter().take(1);
        encodings
            .flat_map(|encoding| [encoding.ssrc, encoding.rtx.as_ref().map(|rtx| rtx.ssrc)])
            .flatten()
    }

    /// Reads what serving it needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        self.send.touch()
            ^ self.current.map_or(0, |current| current.stream as u64)
            ^ u64::from(self.wants_media())
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
        self.current = None;
        self.target = None;
        self.send.pause();
    }

    /// Its score beside that of its producer.
    pub(crate) fn score_with(&self, producer: &Producer) -> ConsumerScore {
        let forwarded = match self.current {
            Some(current) => producer.streams.get(current.stream),
            None if self.has_layers() => None,
            None => producer.streams.first(),
        };
        ConsumerScore {
            score: self.send.score(),
            producer_score: forwarded.map_or(0, |stream| stream.recv.score()),
            producer_scores: producer.scores_by_encoding(),
        }
    }

    /// The layers, limited to those that exist; a missing temporal layer is the highest.
    pub(crate) fn clamp_layers(&self, layers: PreferredLayers) -> PreferredLayers {
        let mode = self
            .parameters
            .encodings
            .first()
            .and_then(|encoding| encoding.scalability_mode.as_ref());
        let (mut spatial, mut temporal) = mode.map_or((1, 1), |mode| {
            (mode.layers().spatial, mode.layers().temporal)
        });
        if self.consumer_type == ConsumerType::Simulcast {
            spatial = u8::try_from(self.consumable_encodings.len()).unwrap_or(u8::MAX);
        }
        spatial = spatial.max(1);
        temporal = temporal.max(1);
        PreferredLayers {
            spatial_layer: layers.spatial_layer.min(spatial - 1),
            temporal_layer: Some(layers.temporal_layer.unwrap_or(u8::MAX).min(temporal - 1)),
        }
    }

    /// The stream that it should get: of a simulcast the highest living one that it wants, else the next above.
    pub(crate) fn best_stream(&self, producer: &Producer) -> Option<usize> {
        if self.consumer_type != ConsumerType::Simulcast {
            return if producer.streams.is_empty() {
                None
            } else {
                Some(0)
            };
        }
        let wanted = self
            .preferred
            .map_or(u8::MAX, |preferred| preferred.spatial_layer);
        let alive = |stream: &&ProducerStream| stream.recv.score() > 0;
        let below = producer
            .streams
            .iter()
            .filter(alive)
            .filter(|s| s.encoding_idx <= usize::from(wanted));
        let above = producer
            .streams
            .iter()
            .filter(alive)
            .filter(|s| s.encoding_idx > usize::from(wanted));
        let best = below
            .max_by_key(|s| s.encoding_idx)
            .or_else(|| above.min_by_key(|s| s.encoding_idx))?;
        producer.stream_of_mapped(best.mapped_ssrc)
    }

    /// Follows a stream, at once when it follows none, else from its next key frame on. The router's SSRC of the
    /// stream whose key frame is now awaited, if that is news.
    pub(crate) fn follow(&mut self, best: Option<usize>, producer: &Producer) -> Option<Ssrc> {
        let Some(stream) = best else {
            self.current = None;
            self.target = None;
            return None;
        };
        let found = producer.streams.get(stream)?;
        let follow = Current {
            stream,
            cursor: found.ring.cursor(),
            replay: None,
            awaits_key_frame: self.needs_key_frame,
            must_sync: true,
        };
        match (self.current, self.target) {
            (Some(current), _) if current.stream == stream => {
                self.target = None;
                return None;
            }
            (_, Some(target)) if target.stream == stream => return None,
            // What it still waits for is given up, not played to the end.
            (Some(current), _) if !current.awaits_key_frame => self.target = Some(follow),
            _ => {
                self.current = Some(follow);
                self.target = None;
            }
        }
        self.needs_key_frame.then_some(found.mapped_ssrc)
    }
}

#[cfg(test)]
mod tests;
