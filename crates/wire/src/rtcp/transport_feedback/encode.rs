//! Choosing chunks for a run of arrivals: first a plan of how many fit, then the bytes.

use super::{Chunk, FeedbackTime, LARGE_DELTA, NOT_RECEIVED, SMALL_DELTA, delta_len};
use crate::bytes::{BufferFull, Put};

/// SSRCs, base, count, reference time and feedback count.
const FIXED_LEN: usize = 16;
const CHUNK_LEN: usize = 2;

/// As many statuses as fit into a message, and its length.
#[derive(Clone, Copy, Debug)]
pub(in crate::rtcp) struct Plan<'a> {
    /// The statuses of the message, at most 65,535.
    pub(in crate::rtcp) arrivals: &'a [Option<FeedbackTime>],
    /// Reference time in units of 64 ms.
    reference: i64,
    /// Bytes of the message's body, padded to a multiple of four.
    pub(in crate::rtcp) body_len: usize,
}

impl<'a> Plan<'a> {
    /// What of `arrivals` fits into a body of `room` bytes. None when nothing arrived, or not even one status fits.
    pub(in crate::rtcp) fn new(arrivals: &'a [Option<FeedbackTime>], room: usize) -> Option<Self> {
        let arrivals = arrivals.get(..usize::from(u16::MAX)).unwrap_or(arrivals);
        let reference = arrivals.iter().flatten().next()?.reference();
        let mut budget = (room & !3).checked_sub(FIXED_LEN)?;
        let mut rest = Statuses::new(arrivals, reference);
        let mut count = 0;
        while let Some(room) = budget.checked_sub(CHUNK_LEN) {
            let chosen = rest.choose();
            let taken = rest.take_within(chosen.len, room);
            count += taken.count;
            budget = room - taken.deltas_len;
            if taken.count == 0 || taken.count < chosen.len {
                break;
            }
        }
        let arrivals = arrivals
            .get(..count)
            .filter(|arrivals| !arrivals.is_empty())?;
        // Statuses at the end that were only looked at may have ruled out a denser chunk; what is written is no longer.
        let body_len =
            (FIXED_LEN + written_len(Statuses::new(arrivals, reference))).next_multiple_of(4);
        Some(Self {
            arrivals,
            reference,
            body_len,
        })
    }

    /// The reference time as it travels: its lower 24 bits, the upper eight are not meant.
    pub(in crate::rtcp) const fn reference_bits(&self) -> u32 {
        (self.reference & 0xff_ffff) as u32
    }

    /// Writes chunks and deltas.
    pub(in crate::rtcp) fn write(&self, put: &mut Put<'_>) -> Result<(), BufferFull> {
        let mut rest = Statuses::new(self.arrivals, self.reference);
        while !rest.arrivals.is_empty() {
            let chosen = rest.choose();
            put.u16(chosen.word)?;
            rest.take_within(chosen.len, usize::MAX);
        }
        let mut rest = Statuses::new(self.arrivals, self.reference);
        while let Some((symbol, delta)) = rest.next() {
            match (symbol, u8::try_from(delta)) {
                (SMALL_DELTA, Ok(small)) => put.u8(small)?,
                (LARGE_DELTA, _) => put.bytes(&delta.to_be_bytes())?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn written_len(mut rest: Statuses<'_>) -> usize {
    let mut len = 0;
    while !rest.arrivals.is_empty() {
        let taken = rest.take_within(rest.choose().len, usize::MAX);
        len += CHUNK_LEN + taken.deltas_len;
        if taken.count == 0 {
            break;
        }
    }
    len
}

/// The statuses that are still to be put into chunks.
#[derive(Clone, Copy)]
struct Statuses<'a> {
    arrivals: &'a [Option<FeedbackTime>],
    /// What the next delta counts from.
    last: FeedbackTime,
}

/// A chunk as it will be written.
#[derive(Clone, Copy)]
struct Chosen {
    word: u16,
    /// How many statuses it holds.
    len: usize,
}

/// What was taken off the front.
#[derive(Clone, Copy, Default)]
struct Taken {
    count: usize,
    deltas_len: usize,
}

impl<'a> Statuses<'a> {
    const fn new(arrivals: &'a [Option<FeedbackTime>], reference: i64) -> Self {
        Self {
            arrivals,
            last: FeedbackTime(reference * FeedbackTime::TICKS_PER_REFERENCE),
        }
    }

    /// Symbol and delta of the next status. None at the end, or where the delta is too large to be said (8.19 s).
    fn next(&mut self) -> Option<(u16, i16)> {
        let (first, rest) = self.arrivals.split_first()?;
        let status = match first {
            None => (NOT_RECEIVED, 0),
            Some(arrival) => {
                let delta = i16::try_from(arrival.0.checked_sub(self.last.0)?).ok()?;
                self.last = *arrival;
                (
                    if (0..=255).contains(&delta) {
                        SMALL_DELTA
                    } else {
                        LARGE_DELTA
                    },
                    delta,
                )
            }
        };
        self.arrivals = rest;
        Some(status)
    }

    /// Takes up to `count` statuses whose deltas need at most `budget` bytes.
    fn take_within(&mut self, count: usize, budget: usize) -> Taken {
        let mut taken = Taken::default();
        while taken.count < count {
            let mut ahead = *self;
            let Some((symbol, _)) = ahead.next() else {
                break;
            };
            if taken.deltas_len + delta_len(symbol) > budget {
                break;
            }
            taken.count += 1;
            taken.deltas_len += delta_len(symbol);
            *self = ahead;
        }
        taken
    }

    /// The chunk to put the next statuses into: a run where it is at least as long as a vector, else the vector that
    /// holds most of them.
    fn choose(&self) -> Chosen {
        let run = self.run();
        let (one_bit, two_bit) = (
            self.vector(Chunk::ONE_BIT_LEN, 1),
            self.vector(Chunk::TWO_BIT_LEN, 2),
        );
        let Some(vector) = one_bit.or(two_bit) else {
            return run;
        };
        if run.len >= vector.len { run } else { vector }
    }

    fn run(&self) -> Chosen {
        let mut ahead = *self;
        let Some((symbol, _)) = ahead.next() else {
            return Chosen { word: 0, len: 0 };
        };
        let mut len = 1;
        while len < Chunk::RUN_MAX && ahead.next().is_some_and(|(next, _)| next == symbol) {
            len += 1;
        }
        Chosen {
            word: (symbol << 13) | len,
            len: usize::from(len),
        }
    }

    /// A vector of the next statuses with so many bits each; none when there is one that needs more.
    fn vector(&self, capacity: u16, bits: u16) -> Option<Chosen> {
        let mut ahead = *self;
        let mut word = 0b10 | (bits - 1);
        let mut len = 0;
        for _ in 0..capacity {
            let symbol = ahead.next().map_or(NOT_RECEIVED, |(symbol, _)| {
                len += 1;
                symbol
            });
            if symbol >> bits != 0 {
                return None;
            }
            word = (word << bits) | symbol;
        }
        Some(Chosen { word, len })
    }
}
