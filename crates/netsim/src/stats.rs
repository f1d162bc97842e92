//! What happened on a link.

use crate::histogram::Histogram;

/// Counters of a link since it was made or [`take_stats`](crate::Link::take_stats) was called. Bytes include
/// [`LinkConfig::overhead`](crate::LinkConfig::overhead).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkStats {
    /// Packets given to the link.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Packets that arrived, duplicates included.
    pub packets_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Packets that were sent twice.
    pub duplicated: u64,
    /// Packets that were held back.
    pub reordered: u64,
    /// Packets that did not arrive, by cause.
    pub drops: LinkDrops,
    /// Time between entering the link and the beginning of transmission.
    pub queue_delay: Histogram,
}

/// Packets that did not arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkDrops {
    /// Larger than the link takes.
    pub too_big: u64,
    /// Over the policer's rate.
    pub policed: u64,
    /// No room in the queue.
    pub queue_full: u64,
    /// Lost on the wire, each for itself.
    pub random: u64,
    /// Lost on the wire in a burst.
    pub burst: u64,
}

impl LinkDrops {
    /// All together.
    pub fn total(&self) -> u64 {
        self.too_big + self.policed + self.queue_full + self.random + self.burst
    }
}
