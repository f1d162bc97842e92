//! Sequence numbers of a sent stream: what is dropped on purpose leaves no gap, what was lost on the way in does.
//!
//! mediasoup's semantics (fact sheet 3.9), on extended numbers: nothing wraps, and the rollover counter of SRTP is at
//! hand.

use std::ops::Range;

use miso_wire::ExtSeq;

/// How far back drops are remembered, in input numbers; a multiple of 64. It must exceed the span of the
/// [`StreamRing`](crate::ring::StreamRing): older packets can no longer come. More costs a bit each.
const WINDOW: u64 = 4_096;

const WORDS: usize = (WINDOW / 64) as usize;

/// Maps numbers of received streams to those of one sent stream.
#[derive(Clone, Debug)]
pub(crate) struct SeqManager {
    /// Output minus input, where nothing was dropped; drops older than the window are taken off it.
    base: i64,
    /// Where the input begins: that number and older ones have no output. None before the first sync.
    floor: Option<u64>,
    /// Highest input, dropped or forwarded.
    max_input: u64,
    /// Highest input that was forwarded since the sync.
    max_forwarded: u64,
    /// Highest output so far.
    max_output: u64,
    /// Which of the last inputs were dropped: one bit each, by number modulo the window.
    dropped: [u64; WORDS],
    /// Bits that are set.
    drops: u64,
}

impl SeqManager {
    /// Outputs start right after `initial`, which should be random (mediasoup: 1,000 to 32,767).
    pub(crate) fn new(initial: u16) -> Self {
        Self {
            base: 0,
            floor: None,
            max_input: 0,
            max_forwarded: 0,
            max_output: u64::from(initial),
            dropped: [0; WORDS],
            drops: 0,
        }
    }

    /// The input goes on right after `input`, whatever it was before, and the output right after its highest number.
    /// `input` and older numbers have no output from here on.
    pub(crate) fn sync(&mut self, input: ExtSeq) {
        self.base = self.max_output.cast_signed() - input.0.cast_signed();
        self.floor = Some(input.0);
        self.max_input = input.0;
        self.max_forwarded = input.0;
        self.dropped = [0; WORDS];
        self.drops = 0;
    }

    /// Notes that `input` is not forwarded on purpose. Only counts while nothing newer was forwarded; before the
    /// first sync it does nothing.
    ///
    /// True when it comes too late: its number is kept free for it, and [`forward`](Self::forward) still tells it.
    pub(crate) fn drop_input(&mut self, input: ExtSeq) -> bool {
        let input = input.0;
        if self.floor.is_none_or(|floor| input <= floor) {
            return false;
        }
        if input > self.max_input {
            self.advance(input);
            self.mark(input);
            return false;
        }
        if self.max_input - input >= WINDOW || self.is_dropped(input) {
            return false;
        }
        if input > self.max_forwarded {
            self.mark(input);
            return false;
        }
        true
    }

    /// The number under which `input` is sent. None when it was dropped, lies before the sync or is too old. The first
    /// input ever syncs to itself.
    pub(crate) fn forward(&mut self, input: ExtSeq) -> Option<ExtSeq> {
        if self.floor.is_none() {
            self.sync(ExtSeq(input.0.saturating_sub(1)));
        }
        let input = input.0;
        if self.floor.is_none_or(|floor| input <= floor) {
            return None;
        }
        if input > self.max_input {
            self.advance(input);
        } else if self.max_input - input >= WINDOW || self.is_dropped(input) {
            return None;
        }
        let older = self.drops - self.dropped_in(input..self.max_input + 1);
        let output = (input.cast_signed() + self.base - older.cast_signed()).cast_unsigned();
        self.max_forwarded = self.max_forwarded.max(input);
        self.max_output = self.max_output.max(output);
        Some(ExtSeq(output))
    }

    /// Highest number sent; the initial one before the first packet.
    pub(crate) fn max_output(&self) -> ExtSeq {
        ExtSeq(self.max_output)
    }

    /// Highest number that came in since the sync; none before the first.
    pub(crate) fn max_input(&self) -> Option<ExtSeq> {
        self.floor.map(|_| ExtSeq(self.max_input))
    }

    /// Moves the window up to `input`. Drops that leave it are taken off the base.
    fn advance(&mut self, input: u64) {
        let distance = input - self.max_input;
        if distance >= WINDOW {
            self.base -= self.drops.cast_signed();
            self.drops = 0;
            self.dropped = [0; WORDS];
        } else if self.drops > 0 {
            for number in self.max_input + 1..=input {
                self.unmark(number);
            }
        }
        self.max_input = input;
    }

    fn mark(&mut self, input: u64) {
        let (word, bit) = place_of(input);
        if let Some(word) = self.dropped.get_mut(word) {
            *word |= 1 << bit;
            self.drops += 1;
        }
    }

    /// Frees the place of `input`, which the number one window before it still holds.
    fn unmark(&mut self, input: u64) {
        let (word, bit) = place_of(input);
        if let Some(word) = self.dropped.get_mut(word)
            && *word >> bit & 1 == 1
        {
            *word &= !(1 << bit);
            self.drops -= 1;
            self.base -= 1;
        }
    }

    fn is_dropped(&self, input: u64) -> bool {
        let (word, bit) = place_of(input);
        self.dropped
            .get(word)
            .is_some_and(|word| word >> bit & 1 == 1)
    }

    /// How many inputs of a range within the window were dropped.
    fn dropped_in(&self, range: Range<u64>) -> u64 {
        if self.drops == 0 {
            return 0;
        }
        let mut count = 0;
        let mut at = range.start;
        while at < range.end {
            let (word, bit) = place_of(at);
            let len = (64 - u64::from(bit)).min(range.end - at);
            let word = self.dropped.get(word).map_or(0, |word| word >> bit);
            let mask = if len == 64 { u64::MAX } else { (1 << len) - 1 };
            count += u64::from((word & mask).count_ones());
            at += len;
        }
        count
    }
}

fn place_of(input: u64) -> (usize, u32) {
    let place = input % WINDOW;
    ((place / 64) as usize, (place % 64) as u32)
}

#[cfg(test)]
mod tests;
