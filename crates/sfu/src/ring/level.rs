//! Packets of a frame made equally long, so that they leave in one segmented message.
//!
//! The kernel cuts a message into segments of one length, only the last may be shorter. Browsers share a frame out
//! evenly, which makes its last packets one byte longer than its first: two messages for each consumer and frame
//! instead of one, and a message costs more than all that is done for a packet. Some bytes of padding (RFC 3550,
//! section 5.1), added once to the stored packet, make one message of them for all consumers.

use super::StreamRing;
use crate::packet::{PacketIndex, PacketMeta, PacketPool};

#[cfg(test)]
mod tests;

/// Most bytes of padding that a packet gets. More joins packets that differ more, by a header extension for example;
/// fewer spends less of the link.
const MAX_PADDING: usize = 16;

/// Packets that are made equally long together: what fits a segmented message.
const MAX_RUN: usize = 64;

/// Packets that arrived one after the other and are about equally long.
struct Run {
    packets: [Option<PacketIndex>; MAX_RUN],
    count: usize,
    shortest: usize,
    longest: usize,
}

impl Run {
    const EMPTY: Self = Self {
        packets: [None; MAX_RUN],
        count: 0,
        shortest: usize::MAX,
        longest: 0,
    };

    /// Takes a packet in. False if it differs too much, or the run is full.
    fn take(&mut self, index: PacketIndex, len: usize) -> bool {
        let (shortest, longest) = (self.shortest.min(len), self.longest.max(len));
        if longest - shortest > MAX_PADDING {
            return false;
        }
        let Some(place) = self.packets.get_mut(self.count) else {
            return false;
        };
        *place = Some(index);
        self.count += 1;
        (self.shortest, self.longest) = (shortest, longest);
        true
    }

    /// Makes the first `count` packets as long as the longest.
    fn level(&self, count: usize, pool: &mut PacketPool) {
        if self.shortest >= self.longest {
            return;
        }
        for index in self.packets.iter().take(count).flatten() {
            let len = pool.meta(*index).map_or(self.longest, PacketMeta::len);
            let padding = u8::try_from(self.longest.saturating_sub(len)).unwrap_or(0);
            if padding > 0 {
                pool.pad(*index, padding);
            }
        }
    }
}

impl StreamRing {
    /// Makes what arrived since the last time equally long, as far as little padding does it. To be called before
    /// any of it is sent: a packet that is sent again without RTX must be the same to the last byte.
    pub(crate) fn level(&mut self, pool: &mut PacketPool) {
        let end = self.cursor();
        if self.levelled == end {
            return;
        }
        let mut run = Run::EMPTY;
        for (_, _, index) in self.since(self.levelled) {
            let meta = pool.meta(index).filter(|meta| meta.payload_len > 0);
            let Some(len) = meta.map(PacketMeta::len) else {
                continue;
            };
            if !run.take(index, len) {
                run.level(run.count, pool);
                run = Run::EMPTY;
                run.take(index, len);
            }
        }
        // The last segment of a message may be shorter.
        run.level(run.count.saturating_sub(1), pool);
        self.levelled = end;
    }
}
