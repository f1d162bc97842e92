//! What a consumer wants of the bitrate that its transport shares out, and what it is given.

use super::Consumer;
use crate::outgoing::RiseHold;
use crate::producer::Producer;
use miso_bwe::OperatingPoint;
use miso_wire::Bitrate;
use std::time::Instant;

/// What a consumer may forward, by the bitrate that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Allotted {
    /// Nobody measures the path.
    #[default]
    Everything,
    /// Layers up to these, spatial and temporal.
    UpTo(u8, u8),
    /// Not even the lowest.
    Nothing,
}

/// A consumer's share, with its past.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) allotted: Allotted,
    pub(crate) hold: RiseHold,
}

impl Share {
    /// The layers that it may forward, where it has a share of a measured path.
    pub(crate) const fn layers(&self) -> Option<(u8, u8)> {
        match self.allotted {
            Allotted::UpTo(spatial, temporal) => Some((spatial, temporal)),
            Allotted::Everything | Allotted::Nothing => None,
        }
    }

    /// It is given layers up to these, or nothing. Whether that is news.
    pub(crate) fn give(&mut self, given: Option<(u8, u8)>, now: Instant) -> bool {
        let before = self.allotted;
        self.allotted = given.map_or(Allotted::Nothing, |(s, t)| Allotted::UpTo(s, t));
        match (before, self.allotted) {
            (Allotted::UpTo(s, t), Allotted::UpTo(spatial, temporal)) => {
                if (spatial, temporal) > (s, t) {
                    self.hold.rose(now);
                } else if (spatial, temporal) < (s, t) {
                    self.hold.fell(now);
                }
            }
            (Allotted::UpTo(..), Allotted::Nothing) => self.hold.fell(now),
            _ => {}
        }
        before != self.allotted
    }
}

impl Consumer {
    /// The points at which it can be served, the cheapest first: nothing above what it prefers. One without layers
    /// has one point.
    pub(crate) fn points(&self, producer: &Producer, now: Instant, out: &mut Vec<OperatingPoint>) {
        for stream in &producer.streams {
            out.push(OperatingPoint {
                bitrate: stream.recv.stats(now).bitrate,
                spatial: u8::try_from(stream.encoding_idx).unwrap_or(u8::MAX),
                temporal: 0,
            });
        }
    }

    /// What its parameters promise to take at most; zero without a promise.
    pub(crate) fn promised_bitrate(&self) -> Bitrate {
        let first = self.parameters.encodings.first();
        first
            .and_then(|encoding| encoding.max_bitrate)
            .unwrap_or(Bitrate::ZERO)
    }
}
