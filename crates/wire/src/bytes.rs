//! Reading off the front of a slice and writing into one, with no way past the end.

use std::fmt;

/// What was to be written does not fit the buffer, or a count exceeds what its field on the wire can say.
/// Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferFull;

impl fmt::Display for BufferFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer is full")
    }
}

impl std::error::Error for BufferFull {}

/// Takes big-endian integers off the front; every read says `None` instead of passing the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) const fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        match self.0.split_first_chunk() {
            Some((head, tail)) => {
                self.0 = tail;
                Some(*head)
            }
            None => None,
        }
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(len)?;
        self.0 = tail;
        Some(head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u24(&mut self) -> Option<u32> {
        self.array()
            .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

/// Appends to a slice; refuses what does not fit.
#[derive(Debug)]
pub(crate) struct Put<'a> {
    /// Where the bytes go.
    out: &'a mut [u8],
    /// How many are written.
    at: usize,
}

impl<'a> Put<'a> {
    pub(crate) const fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), BufferFull> {
        let end = self.at.checked_add(bytes.len()).ok_or(BufferFull)?;
        let target = self.out.get_mut(self.at..end).ok_or(BufferFull)?;
        target.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }

    pub(crate) fn u8(&mut self, value: u8) -> Result<(), BufferFull> {
        self.bytes(&[value])
    }

    pub(crate) fn u16(&mut self, value: u16) -> Result<(), BufferFull> {
        self.bytes(&value.to_be_bytes())
    }

    /// The lower 24 bits.
    pub(crate) fn u24(&mut self, value: u32) -> Result<(), BufferFull> {
        let [_, a, b, c] = value.to_be_bytes();
        self.bytes(&[a, b, c])
    }

    pub(crate) fn u32(&mut self, value: u32) -> Result<(), BufferFull> {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> Result<(), BufferFull> {
        self.bytes(&value.to_be_bytes())
    }

    /// Fills what is left with zeros.
    pub(crate) fn zeros(&mut self) {
        if let Some(rest) = self.out.get_mut(self.at..) {
            rest.fill(0);
            self.at = self.out.len();
        }
    }
}

/// Overwrites `bytes` at `offset`; does nothing when they do not fit.
pub(crate) fn patch(packet: &mut [u8], offset: usize, bytes: &[u8]) {
    let target = offset
        .checked_add(bytes.len())
        .and_then(|end| packet.get_mut(offset..end));
    if let Some(target) = target {
        target.copy_from_slice(bytes);
    }
}
