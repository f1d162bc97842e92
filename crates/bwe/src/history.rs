//! What was sent, by transport-wide number, until the peer has told of it.

use std::ops::Range;
use std::time::Duration;

use miso_wire::{ExtSeq, Seq};

/// Packets remembered at first.
const FIRST_CAPACITY: usize = 512;

/// Packets remembered at most. More survives longer silence at high rates, fewer takes less memory per transport.
pub(crate) const MAX_CAPACITY: usize = 16_384;

/// How long an unreported packet is worth growing for. Longer survives longer silence, shorter saves memory.
const HORIZON: Duration = Duration::from_secs(5);

/// Numbers start here, so that none is zero.
const FIRST_CYCLE: u64 = 1 << 16;

/// What is known of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    /// Nothing yet.
    #[default]
    Unknown,
    /// The peer said that it did not arrive; it may still.
    Missing,
    /// It arrived.
    Arrived,
}

/// A packet that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SentPacket {
    /// When, since the controller was made.
    pub(crate) at: Duration,
    /// Bytes with overhead.
    pub(crate) size: u32,
    /// The probe under way at that time, if any.
    pub(crate) probe: Option<u32>,
}

/// What a report changed about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It arrived, which is new; `missing` if it had been said to be lost.
    Arrived {
        /// The packet.
        packet: SentPacket,
        /// Whether an earlier report said that it was lost.
        missing: bool,
    },
    /// It did not arrive, which is new.
    Lost(SentPacket),
    /// Nothing new.
    Known,
    /// It was never sent, or is forgotten.
    Unknown,
}

/// A place in the ring. Small, for each packet that is sent touches one, which is seldom in the cache.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// When, in microseconds since the controller was made.
    at: u64,
    /// The end of the packet's number; zero when empty.
    number: u32,
    /// The probe and one; zero for none.
    probe: u32,
    size: u16,
    fate: Fate,
}

impl Slot {
    fn new(number: u64, packet: SentPacket) -> Self {
        Self {
            at: packet.at.as_micros() as u64,
            number: number as u32,
            probe: packet.probe.map_or(0, |probe| probe.wrapping_add(1)),
            size: u16::try_from(packet.size).unwrap_or(u16::MAX),
            fate: Fate::Unknown,
        }
    }

    fn is_of(&self, number: u64) -> bool {
        self.number == number as u32 && self.number != 0
    }

    fn sent_at(&self) -> Duration {
        Duration::from_micros(self.at)
    }

    fn packet(&self) -> SentPacket {
        SentPacket {
            at: self.sent_at(),
            size: u32::from(self.size),
            probe: self.probe.checked_sub(1),
        }
    }
}

/// A ring of what was sent.
#[derive(Debug)]
pub(crate) struct SentPackets {
    /// Slots by number modulo their count, which is a power of two.
    slots: Vec<Slot>,
    /// The highest number sent.
    newest: Option<ExtSeq>,
    /// The highest number that was told of; zero before any was.
    told: u64,
}

impl SentPackets {
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![Slot::default(); FIRST_CAPACITY],
            newest: None,
            told: 0,
        }
    }

    /// Remembers a packet.
    pub(crate) fn add(&mut self, seq: Seq, packet: SentPacket) {
        let number = match self.newest {
            None => ExtSeq(FIRST_CYCLE | u64::from(seq.0)),
            Some(newest) => newest.closest(seq),
        };
        self.newest = self.newest.max(Some(number));
        if self.is_crowded(number.0, packet.at) {
            self.grow();
        }
        let place = self.place(number.0);
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = Slot::new(number.0, packet);
        }
    }

    /// Bytes of packets between the highest number that was told of and this one, each counted once. They are messages'
    /// losses.
    pub(crate) fn untold_before(&mut self, seq: Seq) -> u32 {
        let mut bytes = 0u32;
        for number in self.pass_over(seq) {
            let slot = self.slots.get(self.place(number));
            if let Some(slot) = slot.filter(|slot| slot.is_of(number)) {
                bytes = bytes.saturating_add(u32::from(slot.size));
            }
        }
        bytes
    }

    /// The same packets where no message is missing: they did not arrive, and the peer does not waste bytes on them.
    pub(crate) fn skipped_before(&mut self, seq: Seq, lost: &mut Vec<SentPacket>) {
        for number in self.pass_over(seq) {
            let place = self.place(number);
            let slot = self.slots.get_mut(place);
            if let Some(slot) = slot.filter(|slot| slot.is_of(number))
                && slot.fate == Fate::Unknown
            {
                slot.fate = Fate::Missing;
                lost.push(slot.packet());
            }
        }
    }

    /// The numbers between the highest that was told of and this one, which count as told of from now on.
    fn pass_over(&mut self, seq: Seq) -> Range<u64> {
        let Some(newest) = self.newest.filter(|_| self.told > 0) else {
            return 0..0;
        };
        let end = newest.closest(seq).0.min(newest.0);
        let start = (self.told + 1).max(end.saturating_sub(self.slots.len() as u64));
        self.told = self.told.max(end.saturating_sub(1));
        start..end
    }

    /// Takes in what the peer says about a packet.
    pub(crate) fn report(&mut self, seq: Seq, arrived: bool) -> Told {
        let Some(newest) = self.newest else {
            return Told::Unknown;
        };
        let number = newest.closest(seq);
        let place = self.place(number.0);
        let Some(slot) = self.slots.get_mut(place) else {
            return Told::Unknown;
        };
        if !slot.is_of(number.0) {
            return Told::Unknown;
        }
        self.told = self.told.max(number.0);
        let packet = slot.packet();
        match (slot.fate, arrived) {
            (Fate::Arrived, _) | (Fate::Missing, false) => Told::Known,
            (before, true) => {
                slot.fate = Fate::Arrived;
                Told::Arrived {
                    packet,
                    missing: before == Fate::Missing,
                }
            }
            (Fate::Unknown, false) => {
                slot.fate = Fate::Missing;
                Told::Lost(packet)
            }
        }
    }

    /// Whether the place of a number is still needed and there may be more places. A peer that never told of anything
    /// gets no more than it began with.
    fn is_crowded(&self, number: u64, now: Duration) -> bool {
        let needed = |slot: &Slot| {
            slot.number != 0
                && slot.fate == Fate::Unknown
                && now.saturating_sub(slot.sent_at()) < HORIZON
        };
        self.told > 0
            && self.slots.len() < MAX_CAPACITY
            && self.slots.get(self.place(number)).is_some_and(needed)
    }

    fn grow(&mut self) {
        let slots = vec![Slot::default(); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().filter(|slot| slot.number != 0) {
            let place = self.place(u64::from(slot.number));
            if let Some(target) = self.slots.get_mut(place) {
                *target = slot;
            }
        }
    }

    /// Reads where the next packet goes, which the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        let next = self.newest.map_or(0, |newest| newest.0 + 1);
        self.slots.get(self.place(next)).map_or(0, |slot| slot.at)
    }

    fn place(&self, number: u64) -> usize {
        // The count of slots is a power of two that fits 32 bits.
        (number & (self.slots.len() as u64 - 1)) as usize
    }
}

#[cfg(test)]
mod tests;
