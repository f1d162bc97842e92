//! Bitrates of a stream and of the layers in it.

use std::time::{Duration, Instant};

use miso_wire::Bitrate;

use super::RecvPacket;
use crate::rate::{RATE_WINDOW, RateCounter};

/// Window of layer rates. Longer forgets a stopped layer later, shorter takes a pause of the encoder for its end.
const LAYER_WINDOW: Duration = Duration::from_millis(2_500);

/// The same where discontinuous transmission makes silence normal.
const LAYER_WINDOW_DTX: Duration = Duration::from_millis(6_000);

/// Counters of the whole stream and, where it has several, of each layer.
#[derive(Debug)]
pub(super) struct LayerRates {
    /// The whole stream.
    total: RateCounter,
    /// One counter per layer, temporal layers of the lowest spatial layer first; none for a stream of one layer.
    layers: Box<[RateCounter]>,
    /// Temporal layers in each spatial one.
    temporal_layers: u8,
}

impl LayerRates {
    pub(super) fn new(spatial_layers: u8, temporal_layers: u8, use_dtx: bool) -> Self {
        let (spatial, temporal) = (spatial_layers.max(1), temporal_layers.max(1));
        let window = if use_dtx {
            LAYER_WINDOW_DTX
        } else {
            LAYER_WINDOW
        };
        let count = usize::from(spatial) * usize::from(temporal);
        let layers = if count > 1 {
            vec![RateCounter::new(window); count]
        } else {
            Vec::new()
        };
        Self {
            total: RateCounter::new(RATE_WINDOW),
            layers: layers.into_boxed_slice(),
            temporal_layers: temporal,
        }
    }

    /// Counts a packet. Padding alone counts as a packet without bytes, and in no layer.
    pub(super) fn add(&mut self, packet: &RecvPacket, now: Instant) {
        if packet.payload_len == 0 {
            self.total.add(0, now);
            return;
        }
        self.total.add(packet.size, now);
        let temporal = packet.temporal.min(self.temporal_layers - 1);
        let place =
            usize::from(packet.spatial) * usize::from(self.temporal_layers) + usize::from(temporal);
        if let Some(layer) = self.layers.get_mut(place) {
            layer.add(packet.size, now);
        }
    }

    /// The whole stream.
    pub(super) fn total(&self) -> &RateCounter {
        &self.total
    }

    /// All lower spatial layers, and of this one the temporal layers up to `temporal`.
    fn cumulative(&self, spatial: u8, temporal: u8, now: Instant) -> Bitrate {
        let width = usize::from(self.temporal_layers);
        let wanted = usize::from(spatial) * width + usize::from(temporal).min(width - 1) + 1;
        match self.layers.get(..wanted) {
            Some(layers) => sum(layers, now),
            None => self.total.bitrate(now),
        }
    }

    /// Spatial and temporal number of each layer with its cumulative rate; none for a stream of one layer.
    pub(super) fn each(&self, now: Instant) -> impl Iterator<Item = (u8, u8, Bitrate)> + '_ {
        let layers = (0..=u8::MAX)
            .flat_map(|spatial| (0..self.temporal_layers).map(move |temporal| (spatial, temporal)));
        layers
            .take(self.layers.len())
            .map(move |(spatial, temporal)| {
                (spatial, temporal, self.cumulative(spatial, temporal, now))
            })
    }
}

fn sum(layers: &[RateCounter], now: Instant) -> Bitrate {
    Bitrate(layers.iter().map(|layer| layer.bitrate(now).0).sum())
}

#[cfg(test)]
mod tests;
