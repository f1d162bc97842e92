//! What a transport carried, by kind of packet.

use crate::rate::{RATE_WINDOW, RateCounter};
use crate::stats::Traffic;
use std::time::Instant;

/// Counters of a transport's statistics (fact sheet 1.6.1).
#[derive(Debug)]
pub(crate) struct TrafficCounters {
    /// All on the wire.
    pub(crate) received: RateCounter,
    /// All on the wire.
    pub(crate) sent: RateCounter,
    /// Media.
    pub(crate) rtp_received: RateCounter,
    /// Media.
    pub(crate) rtp_sent: RateCounter,
    /// Retransmissions.
    pub(crate) rtx_received: RateCounter,
    /// Retransmissions.
    pub(crate) rtx_sent: RateCounter,
}

impl Default for TrafficCounters {
    fn default() -> Self {
        let counter = || RateCounter::new(RATE_WINDOW);
        Self {
            received: counter(),
            sent: counter(),
            rtp_received: counter(),
            rtp_sent: counter(),
            rtx_received: counter(),
            rtx_sent: counter(),
        }
    }
}

/// Bytes so far and rate at present.
pub(crate) fn read(counter: &RateCounter, now: Instant) -> Traffic {
    Traffic {
        bytes: counter.total_bytes(),
        bitrate: counter.bitrate(now),
    }
}
