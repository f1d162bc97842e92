//! Redundant audio (RED, RFC 2198): a packet with its own frame and copies of earlier ones.

use std::fmt;
use std::ops::Range;

use crate::Pt;

/// Bytes of the header of a copy: F, payload type, timestamp offset, length (RFC 2198, section 3).
const COPY_HEADER_LEN: usize = 4;
/// Bytes of the last header, that of the packet's own frame: F and payload type.
const PRIMARY_HEADER_LEN: usize = 1;
/// F: another header follows.
const FOLLOWED: u8 = 0x80;

/// Why a payload is not RED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedError {
    /// It ends before its headers do.
    Truncated,
    /// Its copies are longer than what follows the headers.
    BlocksTooLong,
    /// A block has another payload type than agreed on.
    WrongPt,
}

impl fmt::Display for RedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "RED headers are truncated",
            Self::BlocksTooLong => "RED blocks are longer than the payload",
            Self::WrongPt => "RED block has an unknown payload type",
        })
    }
}

impl std::error::Error for RedError {}

/// A copy of an earlier frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedCopy {
    /// How far its timestamp is behind the packet's, in ticks of the clock.
    pub timestamp_offset: u16,
    /// Where it lies in the payload.
    pub range: Range<usize>,
}

/// Where the blocks of a RED payload lie. Offsets count from the first byte of the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedLayout {
    /// How many copies of earlier frames it has.
    copies: usize,
    /// Where its own frame begins, which is the last block.
    primary: usize,
}

impl RedLayout {
    /// Reads the headers of a payload whose blocks all are to have the type `pt`.
    ///
    /// # Errors
    /// Any [`RedError`].
    pub fn parse(payload: &[u8], pt: Pt) -> Result<Self, RedError> {
        let (mut copies, mut copied_len) = (0, 0);
        let headers_len = loop {
            let at = copies * COPY_HEADER_LEN;
            let header = payload.get(at..).unwrap_or(&[]);
            let first = *header.first().ok_or(RedError::Truncated)?;
            if first & !FOLLOWED != pt.0 {
                return Err(RedError::WrongPt);
            }
            if first & FOLLOWED == 0 {
                break at + PRIMARY_HEADER_LEN;
            }
            copied_len += CopyHeader::read(header).ok_or(RedError::Truncated)?.len;
            copies += 1;
        };
        let primary = headers_len + copied_len;
        if primary > payload.len() {
            return Err(RedError::BlocksTooLong);
        }
        Ok(Self { copies, primary })
    }

    /// Where the packet's own frame begins; it ends with the payload.
    pub const fn primary(&self) -> usize {
        self.primary
    }

    /// How many copies of earlier frames there are.
    pub const fn copies(&self) -> usize {
        self.copies
    }

    /// A copy by how many frames before the packet's own it is: 1 is the last one. `payload` is the one that was read.
    pub fn copy(&self, payload: &[u8], frames_back: usize) -> Option<RedCopy> {
        let index = self.copies.checked_sub(frames_back)?;
        let mut end = self.primary;
        // Blocks lie in the order of their headers, so those behind it tell where it ends.
        for behind in index + 1..self.copies {
            end = end.checked_sub(Self::header(payload, behind)?.len)?;
        }
        let header = Self::header(payload, index).filter(|_| frames_back > 0)?;
        Some(RedCopy {
            timestamp_offset: header.timestamp_offset,
            range: end.checked_sub(header.len)?..end,
        })
    }

    /// Gives all blocks of the payload that was read, or of its copy, another type.
    pub fn rename(&self, payload: &mut [u8], pt: Pt) {
        for header in payload.chunks_mut(COPY_HEADER_LEN).take(self.copies + 1) {
            if let Some(first) = header.first_mut() {
                *first = *first & FOLLOWED | pt.0 & !FOLLOWED;
            }
        }
    }

    fn header(payload: &[u8], index: usize) -> Option<CopyHeader> {
        CopyHeader::read(payload.get(index * COPY_HEADER_LEN..)?)
    }
}

/// What the header of a copy says.
struct CopyHeader {
    timestamp_offset: u16,
    len: usize,
}

impl CopyHeader {
    fn read(header: &[u8]) -> Option<Self> {
        let [_, high, middle, low] = *header.first_chunk::<COPY_HEADER_LEN>()?;
        // 14 bits of offset, 10 of length.
        Some(Self {
            timestamp_offset: u16::from_be_bytes([high, middle]) >> 2,
            len: usize::from(u16::from_be_bytes([middle & 0x03, low])),
        })
    }
}

#[cfg(test)]
mod tests;
