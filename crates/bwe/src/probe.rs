//! Probes: short runs of packets at a higher rate than the estimate, to see whether the path carries it.
//!
//! [`schedule`] decides when to probe at what rate, [`cluster`] what to send when, [`measure`] what came of it.

mod cluster;
mod measure;
mod schedule;

pub(crate) use cluster::Prober;
pub(crate) use measure::{ProbeMeasurements, ProbeResult};
pub(crate) use schedule::{PathState, Plans, ProbeSchedule};

use std::time::Duration;

use miso_wire::Bitrate;

/// How long a probe lasts. Longer measures better and fills queues more.
const PROBE_LENGTH: Duration = Duration::from_millis(15);

/// Packets that a probe has at least. More measures better, fewer costs less at low rates.
const MIN_PACKETS: u32 = 5;

/// A run of packets, as planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlannedProbe {
    /// Its number.
    pub(crate) id: u32,
    /// Its rate.
    pub(crate) rate: Bitrate,
    /// How many times as long it is as an ordinary one.
    pub(crate) length: u32,
}

impl PlannedProbe {
    /// Bytes that it has at least.
    fn min_bytes(&self) -> u64 {
        let micros = u128::from(self.rate.0) * (PROBE_LENGTH * self.length).as_micros();
        u64::try_from(micros / 8_000_000).unwrap_or(u64::MAX)
    }

    /// Packets that it has at least.
    fn min_packets(&self) -> u32 {
        MIN_PACKETS
    }
}
