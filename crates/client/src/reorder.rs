//! Puts packets back into their order, and waits a while for those that are missing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::RtpPacket;

/// For how long a missing packet is waited for. Longer: more are still repaired on slow paths. Shorter: less delay
/// after a loss.
const PATIENCE: Duration = Duration::from_millis(300);
/// Packets that wait for a missing one. More: high bitrates keep their patience. Less: less memory.
const MAX_WAITING: usize = 1_024;

/// Packets on their way to a depacketizer.
#[derive(Debug, Default)]
pub(crate) struct Reorder {
    /// By extended sequence number.
    waiting: BTreeMap<u64, RtpPacket>,
    /// The number that is due; none before the first packet.
    next: Option<u64>,
}

/// A packet in its place.
#[derive(Debug)]
pub(crate) struct InOrder {
    pub(crate) packet: RtpPacket,
    /// Whether packets before it were given up.
    pub(crate) after_gap: bool,
}

impl Reorder {
    /// Takes a packet. One that comes after its time is of no use.
    pub(crate) fn push(&mut self, packet: RtpPacket) {
        let seq = packet.seq.0;
        if self.next.is_none_or(|next| seq >= next) {
            self.waiting.insert(seq, packet);
        }
    }

    /// The next packet, if it is there or those before it are given up.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<InOrder> {
        let first = self.waiting.first_entry()?;
        let seq = *first.key();
        let is_due = self.next.is_none_or(|next| next == seq);
        let gives_up = first.get().received + PATIENCE <= now || self.waiting.len() > MAX_WAITING;
        if !is_due && !gives_up {
            return None;
        }
        let (seq, packet) = self.waiting.pop_first()?;
        self.next = Some(seq + 1);
        Some(InOrder {
            packet,
            after_gap: !is_due,
        })
    }

    /// When the next packet is handed out at the latest.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let (_, packet) = self.waiting.first_key_value()?;
        Some(packet.received + PATIENCE)
    }
}

#[cfg(test)]
mod tests;
