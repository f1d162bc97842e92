//! Reading fields that do not end at bytes.

use crate::codec::PayloadError;

/// Takes bits off the front, the highest of a byte first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'a> {
    /// All bytes.
    bytes: &'a [u8],
    /// The next bit, counted from the first byte.
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn flag(&mut self) -> Result<bool, PayloadError> {
        let byte = self.bytes.get(self.at / 8).ok_or(PayloadError::Truncated)?;
        let bit = (byte >> (7 - self.at % 8)) & 1;
        self.at += 1;
        Ok(bit == 1)
    }

    /// An unsigned number of `count` bits, at most 32.
    pub(super) fn read(&mut self, count: u32) -> Result<u32, PayloadError> {
        let mut value = 0;
        for _ in 0..count {
            value = (value << 1) | u32::from(self.flag()?);
        }
        Ok(value)
    }

    /// The lower eight bits of a number of at most eight.
    pub(super) fn read_u8(&mut self, count: u32) -> Result<u8, PayloadError> {
        u8::try_from(self.read(count)?).map_err(|_| PayloadError::Malformed)
    }

    /// A number below `range`, in as few bits as that needs: the `ns` code of the AV1 specification.
    pub(super) fn read_below(&mut self, range: u8) -> Result<u8, PayloadError> {
        let width = u8::BITS - range.leading_zeros();
        let short_codes = (1u32 << width) - u32::from(range);
        let value = self.read(width.saturating_sub(1))?;
        let value = if value < short_codes {
            value
        } else {
            (value << 1) - short_codes + self.read(1)?
        };
        u8::try_from(value).map_err(|_| PayloadError::Malformed)
    }
}
