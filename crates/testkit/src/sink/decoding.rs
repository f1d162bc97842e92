//! How far a decoder comes with what arrives: a frame is decoded when it and all before it are there, and what misses
//! something goes on with the next key frame.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Arrival;

/// A decoder's place in its stream.
#[derive(Clone, Debug, Default)]
pub struct Decoding {
    /// The packet that it needs next; none before it could begin.
    next: Option<u64>,
    /// What is there behind it, and whether it ends a frame.
    waiting: BTreeMap<u64, bool>,
    /// Since when it has needed it.
    stuck_since: Option<Instant>,
}

/// What a packet was to a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Whether it had not come before, nor too late.
    pub is_new: bool,
    /// How many frames could be decoded with it.
    pub frames: usize,
}

impl Decoding {
    /// Takes a packet.
    pub fn follow(&mut self, arrival: &Arrival) -> Followed {
        let begins = arrival.tag.is_key && arrival.tag.index == 0;
        if begins && self.next.is_none_or(|next| arrival.seq > next) {
            self.next = Some(arrival.seq);
            self.waiting.retain(|seq, _| *seq >= arrival.seq);
            self.stuck_since = None;
        }
        let is_late = self.next.is_some_and(|next| arrival.seq < next);
        if is_late || self.waiting.insert(arrival.seq, arrival.marker).is_some() {
            return Followed {
                is_new: false,
                frames: 0,
            };
        }
        let frames = self.advance();
        if self.next.is_some() && !self.waiting.is_empty() {
            self.stuck_since.get_or_insert(arrival.at);
        }
        Followed {
            is_new: true,
            frames,
        }
    }

    /// Since when something has been missing that others wait for.
    pub fn stuck_since(&self) -> Option<Instant> {
        self.stuck_since
    }

    fn advance(&mut self) -> usize {
        let mut frames = 0;
        while let Some(next) = &mut self.next
            && let Some(ends_frame) = self.waiting.remove(next)
        {
            *next += 1;
            frames += usize::from(ends_frame);
            self.stuck_since = None;
        }
        frames
    }
}

#[cfg(test)]
mod tests;
