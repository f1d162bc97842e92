//! Which numbers were stored, even after their packets are gone.

/// Numbers remembered; a multiple of 64 above the span of a ring. More costs a bit each.
const WINDOW: u64 = 4_096;

const WORDS: usize = (WINDOW / 64) as usize;

/// Remembers the last numbers, so that none is ever stored twice.
///
/// A consumer sends a number of the stream under one number of its own. Were another packet stored under the same
/// number after the first had aged out, two packets would be sealed under one SRTP index, which gives the key of
/// AES-GCM away (RFC 7714, section 8.4).
#[derive(Debug)]
pub(super) struct Seen {
    /// One bit for each number, by number modulo the window.
    bits: [u64; WORDS],
    /// The highest number; 0 before the first, which is higher.
    highest: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            bits: [0; WORDS],
            highest: 0,
        }
    }
}

impl Seen {
    /// Whether the number was stored before, or is too old to tell.
    pub(super) fn contains(&self, number: u64) -> bool {
        if number > self.highest {
            return false;
        }
        let (word, bit) = place_of(number);
        let is_set = self.bits.get(word).is_some_and(|word| word & bit != 0);
        self.highest - number >= WINDOW || is_set
    }

    /// Notes a number that was not there before.
    pub(super) fn insert(&mut self, number: u64) {
        if number > self.highest {
            if number - self.highest >= WINDOW {
                self.bits = [0; WORDS];
            } else {
                (self.highest + 1..number).for_each(|skipped| self.set(skipped, false));
            }
            self.highest = number;
        }
        self.set(number, true);
    }

    fn set(&mut self, number: u64, seen: bool) {
        let (word, bit) = place_of(number);
        if let Some(word) = self.bits.get_mut(word) {
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }
}

fn place_of(number: u64) -> (usize, u64) {
    let place = number % WINDOW;
    ((place / 64) as usize, 1 << (place % 64))
}

#[cfg(test)]
mod tests;
