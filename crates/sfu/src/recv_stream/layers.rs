//! Bitrates of a stream and of the layers in it.

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, RtpTime};

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

/// Pictures in a row that lack a spatial layer after which it counts as silent. More keeps viewers longer on a picture
/// that stands, fewer takes frames that an encoder left out for the end of a layer.
const MISSED_PICTURES: u32 = 4;

/// The time that these take at least. Longer and shorter do the same, where many pictures come in a second.
const MISSED_FOR: Duration = Duration::from_millis(400);

/// Spatial layers that a stream can have in any codec.
const MAX_SPATIAL: u8 = 8;

/// A picture, and when it came.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// How many pictures began before.
    number: u32,
    /// When its last packet came.
    at: Instant,
}

/// Which spatial layers of a stream come. All count as coming until pictures came that lack them; silence of all says
/// nothing.
#[derive(Clone, Debug)]
pub(super) struct LayerActivity {
    /// Spatial layers that the sender announced.
    announced: u8,
    /// How long a layer may be silent while others come.
    patience: Duration,
    /// One bit for each layer.
    active: u8,
    /// Timestamp of the newest picture.
    newest: Option<RtpTime>,
    /// Its number.
    number: u32,
    /// The last picture that had this layer.
    seen: [Seen; MAX_SPATIAL as usize],
}

impl LayerActivity {
    /// Of a stream that begins now, or goes on after a pause.
    pub(super) fn new(announced: u8, use_dtx: bool, now: Instant) -> Self {
        let patience = if use_dtx {
            LAYER_WINDOW_DTX
        } else {
            MISSED_FOR
        };
        Self {
            announced: announced.clamp(1, MAX_SPATIAL),
            patience,
            active: u8::MAX,
            newest: None,
            number: 0,
            seen: [Seen { number: 0, at: now }; MAX_SPATIAL as usize],
        }
    }

    /// A packet came. True if its layer was silent before, or others are since now.
    pub(super) fn packet(&mut self, packet: &RecvPacket, now: Instant) -> bool {
        if self.announced == 1 {
            return false;
        }
        let is_next = self
            .newest
            .is_none_or(|newest| packet.ts.is_newer_than(newest));
        let mut is_news = false;
        if is_next {
            self.newest = Some(packet.ts);
            self.number = self.number.wrapping_add(1);
            is_news = self.look(now);
        }
        let number = self.number;
        if let Some(seen) = self.seen.get_mut(usize::from(packet.spatial)) {
            *seen = Seen { number, at: now };
        }
        let bit = bit_of(packet.spatial);
        is_news |= packet.spatial < self.announced && self.active & bit == 0;
        self.active |= bit;
        is_news
    }

    pub(super) fn is_active(&self, spatial: u8) -> bool {
        self.active & bit_of(spatial) != 0
    }

    /// A picture begins. True when a layer has missed too many.
    fn look(&mut self, now: Instant) -> bool {
        let layers = (0..self.announced).zip(&self.seen);
        let silent = layers.filter(|(_, seen)| {
            self.number.wrapping_sub(seen.number) > MISSED_PICTURES
                && now.saturating_duration_since(seen.at) >= self.patience
        });
        let silent = silent.fold(0, |mask, (spatial, _)| mask | bit_of(spatial));
        let before = self.active;
        self.active &= !silent;
        self.active != before
    }
}

fn bit_of(spatial: u8) -> u8 {
    1_u8.checked_shl(u32::from(spatial)).unwrap_or(0)
}

fn sum(layers: &[RateCounter], now: Instant) -> Bitrate {
    Bitrate(layers.iter().map(|layer| layer.bitrate(now).0).sum())
}

#[cfg(test)]
mod tests;
