//! What was sent under which number, so that it can be sent again from the ring of the stream it came from.

use std::time::{Duration, Instant};

use miso_wire::{ExtSeq, RtpTime, Seq};

use super::Vp8Rewrite;

/// Entries of a new history; it doubles while the stream needs more.
const FIRST_ENTRIES: usize = 64;

/// Entries at most. More repairs longer outages of fast streams, fewer saves memory.
const MAX_ENTRIES: usize = 4_096;

/// Places that are touched before packets are put there: a large frame's worth. More reads what is not needed, fewer
/// leaves the rest to be waited for one by one.
const TOUCHED: usize = 10;

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

/// An entry of the history. Two fill a cache line: each forwarded packet writes one that has long left the cache.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The number under which the packet was sent.
    ext_seq: ExtSeq,
    /// Its number in the stream it came in.
    input: ExtSeq,
    /// Its timestamp as sent.
    ts: RtpTime,
    /// When it was last sent again, in milliseconds of the history's time plus one; zero for never.
    resent: u32,
    /// What of its VP8 descriptor was rewritten, if anything.
    picture_id: u16,
    /// The same.
    tl0_pic_idx: u8,
    /// Whether it was.
    has_vp8: bool,
    /// Which of the producer's streams it came in.
    source: u8,
    /// Its marker as sent.
    marker: bool,
}

impl Entry {
    fn new(packet: &SentPacket) -> Self {
        Self {
            ext_seq: packet.ext_seq,
            input: packet.input,
            ts: packet.ts,
            resent: 0,
            picture_id: packet.vp8.map_or(0, |vp8| vp8.picture_id),
            tl0_pic_idx: packet.vp8.map_or(0, |vp8| vp8.tl0_pic_idx),
            has_vp8: packet.vp8.is_some(),
            source: packet.source,
            marker: packet.marker,
        }
    }

    fn packet(&self) -> SentPacket {
        SentPacket {
            ext_seq: self.ext_seq,
            input: self.input,
            source: self.source,
            ts: self.ts,
            marker: self.marker,
            vp8: self.has_vp8.then_some(Vp8Rewrite {
                picture_id: self.picture_id,
                tl0_pic_idx: self.tl0_pic_idx,
            }),
        }
    }
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
    #[inline]
    pub(super) fn push(&mut self, packet: &SentPacket) {
        self.newest = self.newest.max(packet.ext_seq);
        loop {
            let may_grow = self.entries.len() < MAX_ENTRIES;
            let (place, max_age) = (self.place_of(packet.ext_seq), self.max_age);
            match self.entries.get_mut(place) {
                Some(Some(held)) if held.ext_seq != packet.ext_seq => {
                    let age = packet.ts.0.wrapping_sub(held.ts.0).cast_signed();
                    if age > max_age || !may_grow {
                        if held.ext_seq < packet.ext_seq {
                            *held = Entry::new(packet);
                        }
                        return;
                    }
                    // One that may still be asked for is not given up while there can be more places.
                }
                Some(entry) => {
                    *entry = Some(Entry::new(packet));
                    return;
                }
                None => {}
            }
            self.grow();
        }
    }

    /// Reads the places of the next packets, which have long left the cache. What comes out means nothing.
    pub(super) fn touch(&self) -> u64 {
        let next = self.place_of(self.newest) + 1;
        let places = self.entries.get(next..next + TOUCHED);
        let entries = places.unwrap_or_default().iter().flatten();
        entries.fold(0, |sum, entry| sum ^ entry.ext_seq.0)
    }

    /// The packet that was sent under `seq`, unless it was sent again less than `guard` ago.
    pub(super) fn find(&self, seq: Seq, guard: Duration, now: Instant) -> Option<SentPacket> {
        let ext_seq = self.newest.closest(seq);
        let entry = self
            .held_at(ext_seq)
            .filter(|entry| entry.ext_seq == ext_seq)?;
        let since = u128::from(self.time(now).wrapping_sub(entry.resent));
        (entry.resent == 0 || since >= guard.as_millis()).then(|| entry.packet())
    }

    /// Notes that a packet was sent again; true the first time.
    pub(super) fn mark_resent(&mut self, ext_seq: ExtSeq, now: Instant) -> bool {
        let (place, time) = (self.place_of(ext_seq), self.time(now));
        match self.entries.get_mut(place) {
            Some(Some(entry)) if entry.ext_seq == ext_seq => {
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
        let place = self.place_of(entry.ext_seq);
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
