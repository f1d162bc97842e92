//! What a transport carried, by kind of packet.

use crate::rate::{RATE_WINDOW, RateCounter};
use crate::stats::Traffic;
use miso_wire::Bitrate;
use std::time::Instant;

/// Counters of a transport's statistics (fact sheet 1.6.1).
#[derive(Debug)]
pub(crate) struct TrafficCounters {
    /// All on the wire.
    pub(crate) received: RateCounter,
    /// What is neither media nor retransmissions: STUN, DTLS with data, RTCP. All that is sent is the sum of four,
    /// so that media is counted once.
    pub(crate) other_sent: RateCounter,
    /// Media.
    pub(crate) rtp_received: RateCounter,
    /// Media.
    pub(crate) rtp_sent: RateCounter,
    /// Retransmissions.
    pub(crate) rtx_received: RateCounter,
    /// Retransmissions.
    pub(crate) rtx_sent: RateCounter,
    /// Packets that probe the path.
    pub(crate) probation_sent: RateCounter,
}

impl Default for TrafficCounters {
    fn default() -> Self {
        let counter = || RateCounter::new(RATE_WINDOW);
        Self {
            received: counter(),
            other_sent: counter(),
            rtp_received: counter(),
            rtp_sent: counter(),
            rtx_received: counter(),
            rtx_sent: counter(),
            probation_sent: counter(),
        }
    }
}

impl TrafficCounters {
    /// All that was sent.
    pub(crate) fn sent(&self, now: Instant) -> Traffic {
        let kinds = [
            &self.rtp_sent,
            &self.rtx_sent,
            &self.other_sent,
            &self.probation_sent,
        ];
        let sum = |value: fn(Traffic) -> u64| kinds.map(|kind| value(read(kind, now))).iter().sum();
        Traffic {
            bytes: sum(|traffic| traffic.bytes),
            bitrate: Bitrate(sum(|traffic| traffic.bitrate.0)),
        }
    }

    /// Reads what counting media needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch_sent(&self) -> u64 {
        self.rtp_sent.touch()
    }
}

/// Bytes so far and rate at present.
pub(crate) fn read(counter: &RateCounter, now: Instant) -> Traffic {
    Traffic {
        bytes: counter.total_bytes(),
        bitrate: counter.bitrate(now),
    }
}
