//! What a consumer says to, and hears from, whoever shares out the bitrate of its path.

#![deny(clippy::indexing_slicing)]

use super::Consumer;
use super::layers::Layers;
use crate::command::ContentHint;
use crate::producer::Producer;
use crate::producer::streams::ProducerStream;
use miso_ortc::{ConsumerType, MediaKind};
use miso_wire::Bitrate;
use std::time::{Duration, Instant};

/// How long a consumer keeps its lowest layers when not even these are available. Longer bridges longer dips of the
/// estimate and burdens a narrow link, shorter cuts the picture sooner.
const PATIENCE: Duration = Duration::from_secs(2);

const LOWEST: Layers = Layers {
    spatial: 0,
    temporal: 0,
};

/// How much of what it prefers a consumer may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Allotted {
    /// Everything: nobody limits it.
    #[default]
    Unlimited,
    /// Layers up to these. A lower one comes where they do not.
    UpTo(Layers),
    /// Not even the lowest layer.
    Nothing,
}

/// Layers that a consumer could get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The layers, as [`Allotted::UpTo`] takes them.
    pub(crate) layers: Layers,
    /// What they cost, all layers that come with them included.
    pub(crate) bitrate: Bitrate,
}

impl Consumer {
    /// Appends what it could get, lower layers first: each spatial layer that comes with each of its temporal layers,
    /// whatever is preferred. Consumers without layers have one offer: everything.
    pub(crate) fn offers(&self, producer: &Producer, now: Instant, offers: &mut Vec<Offer>) {
        let announced = self.announced();
        let mut offer = |spatial: u8, temporal: u8, bitrate: Bitrate| {
            offers.push(Offer {
                layers: Layers { spatial, temporal },
                bitrate,
            });
        };
        match self.consumer_type {
            ConsumerType::Simple | ConsumerType::Pipe => {
                let bitrates = producer.streams.iter().map(|it| it.recv.bitrate(now).0);
                offer(0, 0, Bitrate(bitrates.sum()));
            }
            ConsumerType::Simulcast => {
                for encoding in 0..announced.spatial {
                    let mut streams = producer.streams.iter();
                    let stream = streams.find(|it| it.encoding_idx == usize::from(encoding));
                    let Some(stream) = stream.filter(|it| it.recv.score() > 0) else {
                        continue;
                    };
                    for temporal in 0..announced.temporal {
                        offer(
                            encoding,
                            temporal,
                            stream.recv.layer_bitrate(0, temporal, now),
                        );
                    }
                }
            }
            ConsumerType::Svc => {
                let Some(stream) = producer.streams.first() else {
                    return;
                };
                let active = |spatial: &u8| stream.recv.is_layer_active(*spatial);
                for spatial in (0..announced.spatial).filter(active) {
                    for temporal in 0..announced.temporal {
                        let lowest = if announced.ksvc { spatial } else { 0 };
                        let parts = (lowest..=spatial)
                            .map(|part| stream.recv.layer_bitrate(part, temporal, now).0);
                        offer(spatial, temporal, Bitrate(parts.sum()));
                    }
                }
            }
        }
    }

    /// Leaves those offers that it may be given one by one: nothing above what it prefers where there is anything
    /// below. Of motion fewer pictures a second only of the lowest spatial layer, for a larger picture that stutters is
    /// no better one; of detail all pictures only of the highest, for of a smaller one nothing can be read.
    pub(crate) fn choose_offers(&self, hint: ContentHint, offers: &mut Vec<Offer>) {
        let announced = self.announced();
        let preferred = self.preferred.map_or((u8::MAX, u8::MAX), |preferred| {
            (
                preferred.spatial_layer,
                preferred.temporal_layer.unwrap_or(u8::MAX),
            )
        });
        let Some(lowest) = offers.iter().map(|offer| offer.layers.spatial).min() else {
            return;
        };
        let most = (
            preferred.0.max(lowest),
            preferred.1.min(announced.temporal - 1),
        );
        let may_be = |layers: &Layers| layers.spatial <= most.0 && layers.temporal <= most.1;
        offers.retain(|offer| may_be(&offer.layers));
        let highest = offers.iter().map(|offer| offer.layers.spatial).max();
        offers.retain(|Offer { layers, .. }| match hint {
            ContentHint::Motion => layers.temporal == most.1 || layers.spatial == lowest,
            ContentHint::Detail => layers.temporal == 0 || Some(layers.spatial) == highest,
        });
    }

    /// What it holds of these offers, the lowest first.
    pub(crate) fn held_of(&self, offers: &[Offer]) -> Bitrate {
        let Allotted::UpTo(most) = self.allotted else {
            return Bitrate::ZERO;
        };
        let held = offers.iter().filter(|offer| offer.layers <= most);
        held.map(|offer| offer.bitrate)
            .max()
            .unwrap_or(Bitrate::ZERO)
    }

    /// It is given this much. Whether that is news.
    pub(crate) fn allot(&mut self, allotted: Allotted, now: Instant) -> bool {
        let allotted = self.patient(allotted, now);
        let before = std::mem::replace(&mut self.allotted, allotted);
        before != allotted
    }

    /// Who is to get nothing any more keeps its lowest layers for a moment: an estimate that dips must not cost the
    /// picture, which only comes back with a key frame.
    fn patient(&mut self, allotted: Allotted, now: Instant) -> Allotted {
        let has_some = matches!(self.allotted, Allotted::UpTo(_));
        if allotted != Allotted::Nothing || !has_some {
            self.starved_since = None;
            return allotted;
        }
        let since = *self.starved_since.get_or_insert(now);
        if now.saturating_duration_since(since) < PATIENCE {
            return Allotted::UpTo(LOWEST);
        }
        allotted
    }

    /// What it would take if it could have everything (fact sheet 3.12): of video that flows the whole stream, of a
    /// simulcast the largest, of K-SVC the largest layer, and not less than was announced.
    pub(crate) fn desired_bitrate(&self, producer: &Producer, now: Instant) -> Bitrate {
        if self.kind != MediaKind::Video || !self.wants_media() {
            return Bitrate::ZERO;
        }
        let announced = self.announced();
        let streams = producer.streams.iter();
        let measured = match self.consumer_type {
            ConsumerType::Svc if announced.ksvc => {
                let layer = |stream: &ProducerStream| {
                    let layers = (0..announced.spatial)
                        .map(|spatial| stream.recv.layer_bitrate(spatial, u8::MAX, now).0);
                    layers.max().unwrap_or(0)
                };
                streams.map(layer).max()
            }
            ConsumerType::Pipe => Some(streams.map(|it| it.recv.bitrate(now).0).sum()),
            _ => streams.map(|it| it.recv.bitrate(now).0).max(),
        };
        let first = self.parameters.encodings.first();
        let least = first.and_then(|encoding| encoding.max_bitrate);
        Bitrate(measured.unwrap_or(0)).max(least.unwrap_or(Bitrate::ZERO))
    }
}
