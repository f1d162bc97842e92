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

    /// Of this spatial layer alone the temporal layers up to `temporal`.
    pub(super) fn of_layer(&self, spatial: u8, temporal: u8, now: Instant) -> Bitrate {
        if self.layers.is_empty() {
            return self.total.estimate(now);
        }
        let width = usize::from(self.temporal_layers);
        let start = usize::from(spatial) * width;
        let layers = self
            .layers
            .get(start..start + usize::from(temporal).min(width - 1) + 1);
        layers.map_or(Bitrate(0), |layers| {
            Bitrate(layers.iter().map(|layer| layer.estimate(now).0).sum())
        })
    }

    /// Whether anything of a spatial layer came lately.
    fn is_active(&self, spatial: u8, now: Instant) -> bool {
        self.of_layer(spatial, u8::MAX, now) > Bitrate(0)
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

/// How often it is looked whether layers fell silent. Longer keeps consumers waiting for a layer that no longer comes,
/// shorter looks more often at nothing new.
const CHECK_INTERVAL: Duration = Duration::from_millis(1_500);

/// Spatial layers that a stream can have in any codec.
const MAX_SPATIAL: u8 = 8;

/// Which spatial layers of a stream come. All count as coming until they were seen to be silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerActivity {
    /// Spatial layers that the sender announced.
    announced: u8,
    /// One bit for each layer.
    active: u8,
    /// When to look next; never for a stream of one spatial layer, nor while it is paused.
    check_at: Option<Instant>,
}

impl LayerActivity {
    /// Of a stream that begins now, or goes on after a pause.
    pub(super) fn new(announced: u8, now: Instant) -> Self {
        let announced = announced.clamp(1, MAX_SPATIAL);
        Self {
            announced,
            active: u8::MAX,
            // Not before the rates of silent layers had time to fall to zero.
            check_at: (announced > 1).then(|| now + LAYER_WINDOW),
        }
    }

    /// Silence means nothing from here on.
    pub(super) fn pause(&mut self) {
        self.check_at = None;
    }

    /// A packet of a layer came. True if the layer was silent before.
    pub(super) fn packet(&mut self, spatial: u8) -> bool {
        let bit = bit_of(spatial);
        let is_news = spatial < self.announced && self.active & bit == 0;
        self.active |= bit;
        is_news
    }

    pub(super) fn is_active(&self, spatial: u8) -> bool {
        self.active & bit_of(spatial) != 0
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.check_at
    }

    /// Looks at the rates if it is time. True when layers fell silent.
    pub(super) fn check(&mut self, rates: &LayerRates, now: Instant) -> bool {
        if self.check_at.is_none_or(|at| at > now) {
            return false;
        }
        self.check_at = Some(now + CHECK_INTERVAL);
        let active = (0..self.announced).filter(|spatial| rates.is_active(*spatial, now));
        let active = active.fold(0, |mask, spatial| mask | bit_of(spatial));
        std::mem::replace(&mut self.active, active) & !active & bits_below(self.announced) != 0
    }
}

fn bit_of(spatial: u8) -> u8 {
    1_u8.checked_shl(u32::from(spatial)).unwrap_or(0)
}

fn bits_below(count: u8) -> u8 {
    (0..count).fold(0, |mask, spatial| mask | bit_of(spatial))
}

fn sum(layers: &[RateCounter], now: Instant) -> Bitrate {
    Bitrate(layers.iter().map(|layer| layer.bitrate(now).0).sum())
}

#[cfg(test)]
mod tests;
