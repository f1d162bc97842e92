//! Feedback messages about loss, pictures and bitrate (RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb).

use crate::bytes::Reader;
use crate::{Bitrate, Seq, Ssrc};

/// A generic NACK (RFC 4585, section 6.2.1): packets that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream.
    pub media: Ssrc,
    /// Pairs of a sequence number and a bit mask of the 16 that follow it.
    pairs: &'a [[u8; 4]],
}

impl<'a> Nack<'a> {
    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        let (sender, media) = ssrcs(&mut reader)?;
        match reader.rest().as_chunks() {
            ([], _) => None,
            (pairs, _) => Some(Self {
                sender,
                media,
                pairs,
            }),
        }
    }

    /// The missing packets in the order of the message. A peer may repeat itself.
    pub fn lost(&self) -> impl Iterator<Item = Seq> + use<'a> {
        self.pairs.iter().flat_map(|[p0, p1, m0, m1]| {
            let first = Seq(u16::from_be_bytes([*p0, *p1]));
            let mask = u16::from_be_bytes([*m0, *m1]);
            let following = (0..16)
                .filter(move |bit| mask >> bit & 1 == 1)
                .map(move |bit| first.wrapping_add(bit + 1));
            std::iter::once(first).chain(following)
        })
    }
}

/// The first of `lost` and those of its followers that one pair of a NACK can name: sequence number, mask, how many.
pub(super) fn nack_pair(lost: &[Seq]) -> Option<(Seq, u16, usize)> {
    let (first, rest) = lost.split_first()?;
    let mut mask = 0;
    let mut used = 1;
    for seq in rest {
        match first.distance_to(*seq) {
            0 => {}
            distance @ 1..=16 => mask |= 1 << (distance - 1),
            _ => break,
        }
        used += 1;
    }
    Some((*first, mask, used))
}

/// Picture loss indication (RFC 4585, section 6.3.1): a key frame is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pli {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream.
    pub media: Ssrc,
}

impl Pli {
    pub(super) fn parse(mut reader: Reader<'_>) -> Option<Self> {
        let (sender, media) = ssrcs(&mut reader)?;
        Some(Self { sender, media })
    }
}

/// Full intra request (RFC 5104, section 4.3.1): key frames of several streams are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fir<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// Unused by RFC 5104 (zero); some peers name the stream.
    pub media: Ssrc,
    /// Records of 8 bytes.
    entries: &'a [[u8; 8]],
}

/// One stream of a FIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirEntry {
    /// The stream.
    pub ssrc: Ssrc,
    /// Number of the command; a repeated number is the same command again.
    pub seq: u8,
}

impl<'a> Fir<'a> {
    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        let (sender, media) = ssrcs(&mut reader)?;
        match reader.rest().as_chunks() {
            ([], _) => None,
            (entries, _) => Some(Self {
                sender,
                media,
                entries,
            }),
        }
    }

    /// The streams.
    pub fn entries(&self) -> impl Iterator<Item = FirEntry> + use<'a> {
        self.entries.iter().map(|[a, b, c, d, seq, ..]| FirEntry {
            ssrc: Ssrc(u32::from_be_bytes([*a, *b, *c, *d])),
            seq: *seq,
        })
    }
}

/// Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remb<'a> {
    /// Who estimates.
    pub sender: Ssrc,
    /// What all the streams together may take.
    pub bitrate: Bitrate,
    /// The streams.
    ssrcs: &'a [[u8; 4]],
}

impl<'a> Remb<'a> {
    pub(super) const NAME: [u8; 4] = *b"REMB";
    const MANTISSA_BITS: u32 = 18;

    /// Whether application layer feedback is a REMB.
    pub(super) fn is_it(reader: Reader<'_>) -> bool {
        reader.rest().get(8..12) == Some(&Self::NAME)
    }

    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        let (sender, _) = ssrcs(&mut reader)?;
        reader.take(Self::NAME.len())?;
        let count = reader.u8()?;
        let packed = reader.u24()?;
        let mantissa = u64::from(packed & 0x3_ffff);
        let exponent = packed >> Self::MANTISSA_BITS;
        let bitrate = Bitrate(mantissa << exponent);
        if bitrate.0 >> exponent != mantissa {
            return None;
        }
        let ssrcs = reader.take(usize::from(count) * 4)?;
        Some(Self {
            sender,
            bitrate,
            ssrcs: ssrcs.as_chunks().0,
        })
    }

    /// The streams that the bitrate is for, at most 255.
    pub fn ssrcs(&self) -> impl Iterator<Item = Ssrc> + use<'a> {
        self.ssrcs
            .iter()
            .map(|bytes| Ssrc(u32::from_be_bytes(*bytes)))
    }

    /// Exponent and mantissa of the greatest bitrate not above this one that can be said, in 24 bits.
    pub(super) const fn pack(bitrate: Bitrate) -> u32 {
        let exponent = (u64::BITS - bitrate.0.leading_zeros()).saturating_sub(Self::MANTISSA_BITS);
        // What is left has 18 bits.
        let mantissa = (bitrate.0 >> exponent) & 0x3_ffff;
        (exponent << Self::MANTISSA_BITS) | mantissa as u32
    }
}

fn ssrcs(reader: &mut Reader<'_>) -> Option<(Ssrc, Ssrc)> {
    Some((Ssrc(reader.u32()?), Ssrc(reader.u32()?)))
}
