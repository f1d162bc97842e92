//! A packet on the wire, ordered for a heap that yields the earliest first.

use std::cmp::Ordering;
use std::time::Instant;

pub(super) struct Flight<P> {
    /// When it arrives.
    pub(super) at: Instant,
    /// Count of departures: keeps the order of packets that arrive together.
    pub(super) number: u64,
    pub(super) packet: P,
    /// Bytes with overhead.
    pub(super) size: usize,
}

impl<P> Ord for Flight<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl<P> PartialOrd for Flight<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> PartialEq for Flight<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<P> Eq for Flight<P> {}
