//! Picture ids and TL0PICIDX of VP8 (RFC 7741, section 4.2), rewritten so that pictures that are left out on purpose
//! leave no hole, and that a change of stream is none for the receiver.

use crate::packet::Vp8Fields;
use crate::send_stream::{SeqManager, Vp8Rewrite};
use miso_wire::ExtSeq;

/// Picture ids have 15 bits.
const CYCLE: u64 = 1 << 15;
const MASK: u16 = 0x7fff;

/// Where the count of pictures begins, so that it can go back.
const FIRST_CYCLE: u64 = 4 * CYCLE;

/// A longer jump from one picture to the next is a sender that numbers anew. More takes a renumbering for a loss, fewer
/// a long loss for a renumbering.
const MAX_JUMP: u64 = 1_000;

/// The pictures of one stream to the peer.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// Numbers pictures as packets are numbered; none before the first.
    numbers: Option<SeqManager>,
    /// The newest picture as it came; none when the next one begins a stream.
    newest: Option<ExtSeq>,
    /// Taken off TL0PICIDX; none when the next one goes on right after the last.
    tl0_offset: Option<u8>,
    /// TL0PICIDX as last sent.
    last_tl0: Option<u8>,
}

impl Pictures {
    /// The next picture begins another stream, or goes on after a pause.
    pub(super) fn restart(&mut self) {
        self.newest = None;
        self.tl0_offset = None;
    }

    /// The numbers under which a packet is sent; `is_newest` when none newer was seen of the stream. None when it
    /// cannot be sent.
    pub(super) fn rewrite(
        &mut self,
        fields: &Vp8Fields,
        is_newest: bool,
        is_kept: bool,
    ) -> Option<Vp8Rewrite> {
        let picture_id = match fields.picture_id {
            Some((id, _)) => self.number(id, is_newest, is_kept)?,
            None => 0,
        };
        let tl0_pic_idx = match fields.tl0_pic_idx {
            Some((index, _)) if is_kept => self.index(index, is_newest),
            _ => 0,
        };
        Some(Vp8Rewrite {
            picture_id,
            tl0_pic_idx,
        })
    }

    fn number(&mut self, id: u16, is_newest: bool, is_kept: bool) -> Option<u16> {
        let id = id & MASK;
        let numbers = self
            .numbers
            .get_or_insert_with(|| SeqManager::new(id.wrapping_sub(1) & MASK));
        let first = ExtSeq(FIRST_CYCLE + u64::from(id));
        let mut picture = self.newest.map_or(first, |newest| closest(newest, id));
        if is_newest {
            let is_in_line = self
                .newest
                .is_some_and(|newest| (newest.0..=newest.0 + MAX_JUMP).contains(&picture.0));
            if !is_in_line {
                picture = first;
                numbers.sync(ExtSeq(picture.0 - 1));
                self.tl0_offset = None;
            }
            self.newest = Some(picture);
        } else if self.newest.is_none_or(|newest| picture > newest) {
            // A picture of before the sender numbered anew.
            return None;
        }
        if !is_kept {
            numbers.drop_input(picture);
            return Some(0);
        }
        let number = numbers.forward(picture)?;
        Some((number.0 & u64::from(MASK)) as u16)
    }

    fn index(&mut self, index: u8, is_newest: bool) -> u8 {
        let next = self.last_tl0.map_or(index, |last| last.wrapping_add(1));
        let offset = *self
            .tl0_offset
            .get_or_insert_with(|| index.wrapping_sub(next));
        let output = index.wrapping_sub(offset);
        if is_newest {
            self.last_tl0 = Some(output);
        }
        output
    }
}

/// The picture closest to `newest` whose lower 15 bits are `id`.
fn closest(newest: ExtSeq, id: u16) -> ExtSeq {
    let same_cycle = (newest.0 & !(CYCLE - 1)) | u64::from(id);
    let half = CYCLE / 2;
    ExtSeq(if same_cycle > newest.0 + half {
        same_cycle - CYCLE
    } else if same_cycle + half < newest.0 {
        same_cycle + CYCLE
    } else {
        same_cycle
    })
}

#[cfg(test)]
mod tests;
