//! What was sent under which number, so that it can be sent again from the ring of the stream it came from.

use std::time::{Duration, Instant};

use miso_wire::{ExtSeq, RtpTime, Seq};

use super::Vp8Rewrite;

/// Entries of a new history; it doubles while the stream needs more.
const FIRST_ENTRIES: usize = 64;

/// Entries at most. More repairs longer outages of fast streams, fewer saves memory.
const MAX_ENTRIES: usize = 4_096;

/// A packet as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentPacket {
    /// The number under which it was sent.
    pub(crate) ext_seq: ExtSeq,
    /// Its number in the stream it came in.
    pub(crate) input: ExtSeq,
    /// Which of the producer's streams that is.
    pub(crate) source: u8,
    /// Its timestamp as sent.
    pub(crate) ts: RtpTime,
    /// Its marker as sent.
    pub(crate) marker: bool,
    /// What of its VP8 descriptor was rewritten.
    pub(crate) vp8: Option<Vp8Rewrite>,
}

/// An entry of the history.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The packet.
    packet: SentPacket,
    /// When it was last sent again, in milliseconds of the history's time plus one; zero for never.
    resent: u32,
}

/// The last packets of one sent stream.
#[derive(Debug)]
pub(super) struct SentHistory {
    /// A power of two of entries, by number modulo their count.
    entries: Vec<Option<Entry>>,
    /// The last number.
    newest: ExtSeq,
    /// Age in RTP ticks up to which a packet keeps its entry.
    max_age: i32,
    /// When the history's time began.
    epoch: Instant,
}

impl SentHistory {
    /// An empty history that remembers `max_age` RTP ticks.
    pub(super) fn new(max_age: u32, now: Instant) -> Self {
        let max_age = i32::try_from(max_age).unwrap_or(i32::MAX);
        Self {
            entries: Vec::new(),
            newest: ExtSeq(0),
            max_age,
            epoch: now,
        }
    }

    /// Takes a packet in, in the place of one that is too old.
    pub(super) fn push(&mut self, packet: SentPacket) {
        self.newest = self.newest.max(packet.ext_seq);
        while self.displaces_young(&packet) {
            self.grow();
        }
        if self
            .held_at(packet.ext_seq)
            .is_none_or(|held| held.packet.ext_seq <= packet.ext_seq)
        {
            self.put(Entry { packet, resent: 0 });
        }
    }

    /// The packet that was sent under `seq`, unless it was sent again less than `guard` ago.
    pub(super) fn find(&self, seq: Seq, guard: Duration, now: Instant) -> Option<SentPacket> {
        let ext_seq = self.newest.closest(seq);
        let entry = self
            .held_at(ext_seq)
            .filter(|entry| entry.packet.ext_seq == ext_seq)?;
        let since = u128::from(self.time(now).wrapping_sub(entry.resent));
        (entry.resent == 0 || since >= guard.as_millis()).then_some(entry.packet)
    }

    /// Notes that a packet was sent again; true the first time.
    pub(super) fn mark_resent(&mut self, ext_seq: ExtSeq, now: Instant) -> bool {
        let (place, time) = (self.place_of(ext_seq), self.time(now));
        match self.entries.get_mut(place) {
            Some(Some(entry)) if entry.packet.ext_seq == ext_seq => {
                std::mem::replace(&mut entry.resent, time) == 0
            }
            _ => false,
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.entries.fill(None);
    }

    fn time(&self, now: Instant) -> u32 {
        let millis = now.saturating_duration_since(self.epoch).as_millis();
        ((millis & 0x7fff_ffff) as u32) + 1
    }

    /// Whether the place of `packet` is taken by one that may still be asked for, and there can be more places.
    fn displaces_young(&self, packet: &SentPacket) -> bool {
        let young = self.held_at(packet.ext_seq).is_some_and(|held| {
            let age = packet.ts.0.wrapping_sub(held.packet.ts.0).cast_signed();
            held.packet.ext_seq != packet.ext_seq && age <= self.max_age
        });
        self.entries.is_empty() || (young && self.entries.len() < MAX_ENTRIES)
    }

    /// What the place of this number holds, under whatever number.
    fn held_at(&self, ext_seq: ExtSeq) -> Option<Entry> {
        self.entries.get(self.place_of(ext_seq)).copied().flatten()
    }

    fn grow(&mut self) {
        let wanted = (self.entries.len() * 2).max(FIRST_ENTRIES);
        let old = std::mem::replace(&mut self.entries, vec![None; wanted]);
        old.into_iter().flatten().for_each(|entry| self.put(entry));
    }

    fn put(&mut self, entry: Entry) {
        let place = self.place_of(entry.packet.ext_seq);
        if let Some(target) = self.entries.get_mut(place) {
            *target = Some(entry);
        }
    }

    fn place_of(&self, ext_seq: ExtSeq) -> usize {
        (ext_seq.0 & (self.entries.len() as u64).wrapping_sub(1)) as usize
    }
}

#[cfg(test)]
mod tests;
