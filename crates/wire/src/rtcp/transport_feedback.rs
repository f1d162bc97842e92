//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1):
//! which packets of a transport arrived, and when.

mod encode;

use std::time::Duration;

pub(super) use encode::Plan;

use crate::bytes::Reader;
use crate::{Seq, Ssrc};

/// A moment on the clock of who receives, in ticks of 250 µs since any fixed moment.
///
/// On the wire it is cut to 32 bits, which wrap after 12.4 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedbackTime(pub i64);

impl FeedbackTime {
    /// Length of a tick.
    pub const TICK: Duration = Duration::from_micros(250);
    /// Ticks in 64 ms, the unit of the reference time.
    const TICKS_PER_REFERENCE: i64 = 256;

    /// The moment `time` after the fixed one, rounded down to a tick.
    pub fn from_duration(time: Duration) -> Self {
        Self(i64::try_from(time.as_micros() / Self::TICK.as_micros()).unwrap_or(i64::MAX))
    }

    /// How much later `self` is than `earlier`, in microseconds; negative when it is not.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).saturating_mul(250)
    }

    /// The moment closest to `near` that looks like `self` on the wire: undoes the wrap.
    #[must_use]
    pub const fn unwrapped(self, near: Self) -> Self {
        let difference = self.0.wrapping_sub(near.0) as i32;
        Self(near.0.wrapping_add(difference as i64))
    }

    /// The last multiple of 64 ms.
    const fn reference(self) -> i64 {
        self.0.div_euclid(Self::TICKS_PER_REFERENCE)
    }
}

/// Transport feedback: the fate of a run of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportFeedback<'a> {
    /// Who reports.
    pub sender: Ssrc,
    /// Any stream of the transport.
    pub media: Ssrc,
    /// Transport-wide sequence number of the first packet.
    pub base: Seq,
    /// How many packets are reported on. May be large in a small message: limit what you do for each.
    pub status_count: u16,
    /// What the first delta counts from; a multiple of 64 ms, signed 32 bits of ticks.
    pub reference_time: FeedbackTime,
    /// Number of this message, modulo 256.
    pub feedback_count: u8,
    /// Packet status chunks, as many as the count needs.
    chunks: &'a [u8],
    /// Receive deltas, padding behind them perhaps.
    deltas: &'a [u8],
}

impl<'a> TransportFeedback<'a> {
    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        let sender = Ssrc(reader.u32()?);
        let media = Ssrc(reader.u32()?);
        let base = Seq(reader.u16()?);
        let status_count = reader.u16()?;
        // Shifted up and down again to extend the sign.
        let reference = (reader.u24()? << 8).cast_signed() >> 8;
        let reference_time = FeedbackTime(i64::from(reference) * FeedbackTime::TICKS_PER_REFERENCE);
        let feedback_count = reader.u8()?;
        let body = reader.rest();
        let deltas_len = skip_chunks(&mut reader, status_count)?;
        let chunks = body.get(..body.len() - reader.len())?;
        let deltas = reader.rest();
        deltas.get(..deltas_len)?;
        Some(Self {
            sender,
            media,
            base,
            status_count,
            reference_time,
            feedback_count,
            chunks,
            deltas,
        })
    }

    /// Each packet in order with the ticks since the arrival of the one before, or since the reference time for the
    /// first that arrived; none for a packet that did not arrive.
    pub fn deltas(&self) -> impl Iterator<Item = (Seq, Option<i16>)> + use<'a> {
        let (mut chunks, mut deltas) = (Reader::new(self.chunks), Reader::new(self.deltas));
        let base = self.base;
        let mut chunk = Chunk::EMPTY;
        (0..self.status_count).map_while(move |offset| {
            while chunk.len == 0 {
                chunk = Chunk::read(chunks.u16()?)?;
            }
            let delta = match chunk.pop() {
                SMALL_DELTA => Some(i16::from(deltas.u8()?)),
                LARGE_DELTA => Some(deltas.array().map(i16::from_be_bytes)?),
                _ => None,
            };
            Some((base.wrapping_add(offset), delta))
        })
    }

    /// Each packet in order with its time of arrival, which counts on from the reference time.
    pub fn arrivals(&self) -> impl Iterator<Item = (Seq, Option<FeedbackTime>)> + use<'a> {
        let mut last = self.reference_time;
        self.deltas().map(move |(seq, delta)| {
            let arrival = delta.map(|delta| {
                last = FeedbackTime(last.0 + i64::from(delta));
                last
            });
            (seq, arrival)
        })
    }
}

/// Packet status symbols.
const NOT_RECEIVED: u16 = 0;
const SMALL_DELTA: u16 = 1;
const LARGE_DELTA: u16 = 2;

/// Passes over the chunks of `count` statuses; returns how many bytes of deltas they announce.
fn skip_chunks(reader: &mut Reader<'_>, count: u16) -> Option<usize> {
    let mut left = count;
    let mut deltas_len = 0;
    while left > 0 {
        let mut chunk = Chunk::read(reader.u16()?)?;
        chunk.len = chunk.len.min(left);
        left -= chunk.len;
        deltas_len += chunk.deltas_len();
    }
    Some(deltas_len)
}

/// A packet status chunk being taken apart.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// How many statuses are left.
    len: u16,
    /// The next statuses from the top, or the repeated one.
    symbols: u16,
    /// Bits per status; zero when one is repeated.
    bits: u16,
}

impl Chunk {
    const EMPTY: Self = Self {
        len: 0,
        symbols: 0,
        bits: 0,
    };
    const RUN_MAX: u16 = 0x1fff;
    const ONE_BIT_LEN: u16 = 14;
    const TWO_BIT_LEN: u16 = 7;

    /// None for a run of the reserved symbol.
    const fn read(word: u16) -> Option<Self> {
        let chunk = match word >> 14 {
            0 | 1 => Self {
                len: word & Self::RUN_MAX,
                symbols: word >> 13,
                bits: 0,
            },
            2 => Self {
                len: Self::ONE_BIT_LEN,
                symbols: word << 2,
                bits: 1,
            },
            _ => Self {
                len: Self::TWO_BIT_LEN,
                symbols: word << 2,
                bits: 2,
            },
        };
        if chunk.bits == 0 && chunk.symbols > LARGE_DELTA {
            None
        } else {
            Some(chunk)
        }
    }

    /// Takes the next status off.
    const fn pop(&mut self) -> u16 {
        self.len = self.len.saturating_sub(1);
        if self.bits == 0 {
            return self.symbols;
        }
        let symbol = self.symbols >> (16 - self.bits);
        self.symbols <<= self.bits;
        symbol
    }

    /// Bytes of deltas that its statuses announce.
    fn deltas_len(mut self) -> usize {
        if self.bits == 0 {
            return usize::from(self.len) * delta_len(self.symbols);
        }
        let mut len = 0;
        while self.len > 0 {
            len += delta_len(self.pop());
        }
        len
    }
}

/// Bytes of the delta of a symbol. The reserved one counts as not received, in a vector where it may stand in slack.
const fn delta_len(symbol: u16) -> usize {
    match symbol {
        SMALL_DELTA => 1,
        LARGE_DELTA => 2,
        _ => 0,
    }
}
