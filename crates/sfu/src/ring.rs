//! The one store of a received stream: what all its consumers forward from, and what is retransmitted.

#![deny(clippy::indexing_slicing)]

use miso_wire::{ExtSeq, RtpTime};

use crate::packet::{PacketIndex, PacketPool};
use arrivals::ArrivalLog;
use seen::Seen;

mod arrivals;
mod level;
mod seen;

pub(crate) use arrivals::ArrivalCursor;

/// Most sequence numbers, gaps included, between the oldest and the newest stored packet. More can repair longer
/// outages of fast streams, fewer saves memory.
const MAX_SPAN: u64 = 2_500;

/// Slots of a new ring; it doubles while the stream needs more.
const FIRST_SLOTS: usize = 64;

/// Age, by RTP timestamp, up to which packets of video stay. Longer repairs later, shorter saves memory.
pub(crate) const VIDEO_MAX_AGE_MS: u32 = 4_000;

/// The same for audio.
pub(crate) const AUDIO_MAX_AGE_MS: u32 = 2_000;

/// What became of a packet that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is in the ring and in the arrival log.
    New,
    /// Its number was stored before; the block was given back.
    Duplicate,
    /// It is older than what the ring keeps; the block was given back.
    TooOld,
}

/// One place of the ring.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The packet's number; 0 in an empty slot (a stream starts at 65,536, see `SequenceTracker`).
    ext_seq: u64,
    /// Where the packet lies.
    index: PacketIndex,
    /// Its timestamp.
    ts: RtpTime,
}

/// Packets of one received stream by extended sequence number, and the order in which they arrived.
///
/// Two limits keep it small: a span of 2,500 numbers and an age in RTP time. The ring owns the blocks of its packets;
/// [`clear`](Self::clear) must be called before it is dropped.
#[derive(Debug)]
pub(crate) struct StreamRing {
    /// A power of two of places, indexed by number modulo their count.
    slots: Vec<Option<Slot>>,
    /// Lowest number that may be stored. Meaningless while `newest` is none.
    oldest: u64,
    /// Highest number stored.
    newest: Option<u64>,
    /// The latest timestamp stored: what ages are measured against.
    newest_ts: RtpTime,
    /// Age limit in RTP ticks.
    max_age: u32,
    /// What arrived, in order.
    arrivals: ArrivalLog,
    /// What arrived up to here was made equally long.
    levelled: ArrivalCursor,
    /// What was ever stored.
    seen: Seen,
}

impl StreamRing {
    /// An empty ring that keeps packets for `max_age_ms` of a clock of `clock_rate` Hz.
    pub(crate) fn new(clock_rate: u32, max_age_ms: u32) -> Self {
        let ticks = u64::from(clock_rate) * u64::from(max_age_ms) / 1_000;
        Self {
            slots: Vec::new(),
            oldest: 0,
            newest: None,
            newest_ts: RtpTime(0),
            max_age: u32::try_from(ticks).unwrap_or(u32::MAX).min(1 << 30),
            arrivals: ArrivalLog::default(),
            levelled: ArrivalCursor::default(),
            seen: Seen::default(),
        }
    }

    /// Stores a packet. Its block belongs to the ring from here on, whatever the outcome.
    ///
    /// A newer number whose timestamp lies behind by more than the age limit is a restarted stream: everything stored
    /// before is given back. A late packet beyond the limits is refused.
    pub(crate) fn insert(
        &mut self,
        ext_seq: ExtSeq,
        index: PacketIndex,
        ts: RtpTime,
        pool: &mut PacketPool,
    ) -> Stored {
        let slot = Slot {
            ext_seq: ext_seq.0,
            index,
            ts,
        };
        let stored = self.place(slot, pool);
        if stored == Stored::New {
            self.seen.insert(ext_seq.0);
            self.arrivals.push(ext_seq);
        } else {
            pool.free(index);
        }
        stored
    }

    /// The packet with this number, if it is still here.
    pub(crate) fn get(&self, ext_seq: ExtSeq) -> Option<PacketIndex> {
        let slot = self.slots.get(self.place_of(ext_seq.0))?.as_ref()?;
        (slot.ext_seq == ext_seq.0).then_some(slot.index)
    }

    /// The end of the arrival log: what comes later is [`since`](Self::since) this.
    pub(crate) fn cursor(&self) -> ArrivalCursor {
        self.arrivals.end()
    }

    /// What arrived since `cursor`, in order of arrival, and is still here, each with the cursor behind it. At most the
    /// last 1,024 arrivals are known.
    pub(crate) fn since(
        &self,
        cursor: ArrivalCursor,
    ) -> impl Iterator<Item = (ArrivalCursor, ExtSeq, PacketIndex)> + '_ {
        let arrived = self.arrivals.since(cursor);
        arrived.filter_map(|(behind, ext_seq)| Some((behind, ext_seq, self.get(ext_seq)?)))
    }

    /// Highest number stored.
    pub(crate) fn newest(&self) -> Option<ExtSeq> {
        self.newest.map(ExtSeq)
    }

    /// Gives all packets back. Cursors stay valid.
    pub(crate) fn clear(&mut self, pool: &mut PacketPool) {
        for slot in &mut self.slots {
            if let Some(slot) = slot.take() {
                pool.free(slot.index);
            }
        }
        self.newest = None;
    }

    fn place(&mut self, slot: Slot, pool: &mut PacketPool) -> Stored {
        let Some(newest) = self.newest else {
            self.restart(slot);
            return Stored::New;
        };
        let behind = self.newest_ts.0.wrapping_sub(slot.ts.0);
        let older = behind > self.max_age && behind < 1 << 31;
        if slot.ext_seq > newest {
            if older || slot.ext_seq - newest >= MAX_SPAN {
                self.clear(pool);
                self.restart(slot);
                return Stored::New;
            }
        } else if older || newest - slot.ext_seq >= MAX_SPAN {
            return Stored::TooOld;
        } else if self.seen.contains(slot.ext_seq) {
            return Stored::Duplicate;
        }
        self.newest = Some(newest.max(slot.ext_seq));
        if slot.ts.is_newer_than(self.newest_ts) {
            self.newest_ts = slot.ts;
        }
        self.evict(pool);
        self.oldest = self.oldest.min(slot.ext_seq);
        self.make_room();
        self.put(slot);
        Stored::New
    }

    fn restart(&mut self, slot: Slot) {
        self.newest = Some(slot.ext_seq);
        self.oldest = slot.ext_seq;
        self.newest_ts = slot.ts;
        self.make_room();
        self.put(slot);
    }

    /// Gives back what is beyond the limits, from the oldest up to the first packet that stays.
    fn evict(&mut self, pool: &mut PacketPool) {
        let newest = self.newest.unwrap_or(self.oldest);
        while self.oldest < newest {
            let place = self.place_of(self.oldest);
            if let Some(found) = self.slots.get_mut(place) {
                let current = found.filter(|slot| slot.ext_seq == self.oldest);
                let expired = newest - self.oldest >= MAX_SPAN
                    || current.is_some_and(|slot| {
                        let age = self.newest_ts.0.wrapping_sub(slot.ts.0);
                        age > self.max_age && age < 1 << 31
                    });
                if let Some(slot) = current {
                    if !expired {
                        return;
                    }
                    pool.free(slot.index);
                    *found = None;
                }
            }
            self.oldest += 1;
        }
    }

    /// Doubles the places until the span from oldest to newest fits.
    fn make_room(&mut self) {
        let span = self.newest.map_or(0, |newest| newest - self.oldest + 1);
        let mut wanted = self.slots.len().max(FIRST_SLOTS);
        while (wanted as u64) < span {
            wanted *= 2;
        }
        if wanted != self.slots.len() {
            let old = std::mem::replace(&mut self.slots, vec![None; wanted]);
            old.into_iter().flatten().for_each(|slot| self.put(slot));
        }
    }

    fn put(&mut self, slot: Slot) {
        let place = self.place_of(slot.ext_seq);
        if let Some(target) = self.slots.get_mut(place) {
            *target = Some(slot);
        }
    }

    fn place_of(&self, ext_seq: u64) -> usize {
        (ext_seq & (self.slots.len() as u64).wrapping_sub(1)) as usize
    }
}

#[cfg(test)]
mod tests;
