//! Extended reports (RFC 3611), of which the blocks that let a receiver measure the round-trip time.

use crate::bytes::{BufferFull, Put, Reader};
use crate::{NtpTime, Ssrc};

pub(super) const REFERENCE_TIME: u8 = 4;
pub(super) const DLRR: u8 = 5;

/// XR: blocks of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Xr<'a> {
    /// Who reports.
    pub sender: Ssrc,
    /// The blocks.
    body: &'a [u8],
}

/// A block of an XR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XrBlock<'a> {
    /// Receiver reference time (RFC 3611, section 4.4): when the report was made.
    ReferenceTime(NtpTime),
    /// What answers reference times (RFC 3611, section 4.5).
    Dlrr(DlrrBlock<'a>),
}

/// The sub-blocks of a DLRR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DlrrBlock<'a>(&'a [[u8; Dlrr::LEN]]);

/// Delay since the last reference time of one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dlrr {
    /// The receiver.
    pub ssrc: Ssrc,
    /// Middle 32 bits of its last reference time; zero when there was none.
    pub last_rr: u32,
    /// Time since then, in 1/65536 s.
    pub delay: u32,
}

impl<'a> Xr<'a> {
    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        let sender = Ssrc(reader.u32()?);
        let body = reader.rest();
        while reader.len() > 0 {
            read_block(&mut reader)?;
        }
        Some(Self { sender, body })
    }

    /// The blocks of a known kind.
    pub fn blocks(&self) -> impl Iterator<Item = XrBlock<'a>> + use<'a> {
        let mut reader = Reader::new(self.body);
        std::iter::from_fn(move || read_block(&mut reader)).flatten()
    }
}

/// The next block, `Some(None)` for one of another kind; `None` at the end or where the rest makes no sense.
#[expect(
    clippy::option_option,
    reason = "the two layers say different things, and the outer one ends an iterator"
)]
fn read_block<'a>(reader: &mut Reader<'a>) -> Option<Option<XrBlock<'a>>> {
    let kind = reader.u8()?;
    reader.u8()?;
    let words = reader.u16()?;
    let mut body = Reader::new(reader.take(usize::from(words) * 4)?);
    Some(match kind {
        REFERENCE_TIME => Some(XrBlock::ReferenceTime(NtpTime(body.u64()?))),
        DLRR => Some(XrBlock::Dlrr(DlrrBlock(body.rest().as_chunks().0))),
        _ => None,
    })
}

impl<'a> DlrrBlock<'a> {
    /// One item per receiver.
    pub fn items(&self) -> impl Iterator<Item = Dlrr> + use<'a> {
        self.0.iter().filter_map(Dlrr::read)
    }
}

impl Dlrr {
    pub(super) const LEN: usize = 12;

    fn read(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            ssrc: Ssrc(reader.u32()?),
            last_rr: reader.u32()?,
            delay: reader.u32()?,
        })
    }

    pub(super) fn write(&self, put: &mut Put<'_>) -> Result<(), BufferFull> {
        put.u32(self.ssrc.0)?;
        put.u32(self.last_rr)?;
        put.u32(self.delay)
    }
}
