//! Which indices were received: a sliding window of bits behind the highest one (RFC 3711, section 3.3.2).

use super::SrtpError;

const WORD_BITS: u64 = u64::BITS as u64;

/// The window of `64 * WORDS` indices up to the highest that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReplayWindow<const WORDS: usize> {
    /// One more than the highest index received; zero when there was none.
    end: u64,
    /// A ring of bits: index `i` is at bit `i` modulo the size of the window.
    seen: [u64; WORDS],
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    const SIZE: u64 = WORD_BITS * WORDS as u64;

    pub(super) const fn new() -> Self {
        Self {
            end: 0,
            seen: [0; WORDS],
        }
    }

    /// The highest index received.
    pub(super) const fn highest(&self) -> Option<u64> {
        self.end.checked_sub(1)
    }

    /// Whether a packet with this index may be taken; changes nothing.
    pub(super) fn check(&self, index: u64) -> Result<(), SrtpError> {
        if index >= self.end {
            Ok(())
        } else if self.end - index > Self::SIZE {
            Err(SrtpError::Late)
        } else if self.bit(index) {
            Err(SrtpError::Replayed)
        } else {
            Ok(())
        }
    }

    /// Notes an index that [`check`](Self::check) let pass.
    pub(super) fn insert(&mut self, index: u64) {
        if index >= self.end {
            self.clear_from(self.end, index);
            self.end = index + 1;
        }
        if let Some(word) = self.seen.get_mut(Self::word(index)) {
            *word |= 1 << (index % WORD_BITS);
        }
    }

    /// Forgets what the ring holds at the places of `from` to `to`, both included; at most one whole round.
    fn clear_from(&mut self, from: u64, to: u64) {
        if to - from >= Self::SIZE {
            self.seen = [0; WORDS];
            return;
        }
        for index in from..=to {
            if let Some(word) = self.seen.get_mut(Self::word(index)) {
                *word &= !(1 << (index % WORD_BITS));
            }
        }
    }

    fn bit(&self, index: u64) -> bool {
        self.seen
            .get(Self::word(index))
            .is_some_and(|word| word >> (index % WORD_BITS) & 1 == 1)
    }

    const fn word(index: u64) -> usize {
        (index / WORD_BITS % WORDS as u64) as usize
    }
}

#[cfg(test)]
mod tests;
