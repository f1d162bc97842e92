//! Which layers a consumer should get (fact sheet 3.11): the highest that come and that it prefers and may have, else
//! the lowest above.

#![deny(clippy::indexing_slicing)]

use super::Consumer;
use super::allotment::Allotted;
use super::layers::Layers;
use crate::producer::Producer;
use miso_ortc::ConsumerType;

/// What a consumer should get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Index of the producer's stream.
    pub(super) stream: usize,
    /// Layers of the producer.
    pub(super) layers: Layers,
}

impl Consumer {
    /// What it should get; none when there is nothing for it.
    pub(super) fn best_target(&self, producer: &Producer) -> Option<Target> {
        let most = match self.allotted {
            Allotted::Unlimited => Layers {
                spatial: u8::MAX,
                temporal: u8::MAX,
            },
            Allotted::UpTo(layers) => layers,
            Allotted::Nothing => return None,
        };
        let preferred = self.preferred.map_or(most, |preferred| Layers {
            spatial: preferred.spatial_layer,
            temporal: preferred.temporal_layer.unwrap_or(u8::MAX),
        });
        let temporal = preferred.temporal.min(most.temporal);
        let choose = |layers: &mut dyn Iterator<Item = u8>| {
            best_of(
                layers.filter(|layer| *layer <= most.spatial),
                preferred.spatial,
            )
        };
        let (stream, spatial) = match self.consumer_type {
            ConsumerType::Simulcast => {
                let alive = producer.streams.iter().filter(|it| it.recv.score() > 0);
                let mut encodings = alive.filter_map(|it| u8::try_from(it.encoding_idx).ok());
                let spatial = choose(&mut encodings)?;
                let mut streams = producer.streams.iter();
                let stream = streams.position(|it| it.encoding_idx == usize::from(spatial))?;
                (stream, spatial)
            }
            ConsumerType::Svc => {
                let stream = producer.streams.first()?;
                let mut layers = (0..self.announced().spatial)
                    .filter(|spatial| stream.recv.is_layer_active(*spatial));
                // Silence of all is no reason to forward nothing of what comes next.
                (0, choose(&mut layers).unwrap_or(0))
            }
            ConsumerType::Simple | ConsumerType::Pipe => {
                producer.streams.first()?;
                (0, 0)
            }
        };
        Some(Target {
            stream,
            layers: Layers { spatial, temporal },
        })
    }
}

/// The highest up to the preferred, else the lowest above it.
fn best_of(layers: impl Iterator<Item = u8>, preferred: u8) -> Option<u8> {
    let (mut below, mut above) = (None, None);
    for layer in layers {
        if layer <= preferred {
            below = below.max(Some(layer));
        } else {
            above = Some(above.map_or(layer, |least: u8| least.min(layer)));
        }
    }
    below.or(above)
}
