//! The block that carries header extensions, in its one-byte and two-byte forms (RFC 8285).

use std::fmt;
use std::ops::Range;

use crate::bytes::{BufferFull, patch};

const ONE_BYTE_PROFILE: u16 = 0xbede;
const TWO_BYTE_PROFILE: u16 = 0x1000;
/// Profile and length.
const BLOCK_HEADER_LEN: usize = 4;
/// An id that ends the processing of a one-byte block (RFC 8285, section 4.2).
const ONE_BYTE_STOP: u8 = 15;

/// How elements are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtensionForm {
    /// Ids 1 to 14, values of 1 to 16 bytes, one byte of header each.
    OneByte,
    /// Ids 1 to 255, values of 0 to 255 bytes, two bytes of header each.
    TwoByte,
}

impl ExtensionForm {
    /// The smaller form that can hold elements of these ids and value lengths.
    pub fn fitting(elements: impl IntoIterator<Item = (u8, usize)>) -> Self {
        let fits = |(id, len): (u8, usize)| id < ONE_BYTE_STOP && (1..=16).contains(&len);
        if elements.into_iter().all(fits) {
            Self::OneByte
        } else {
            Self::TwoByte
        }
    }

    const fn of_profile(profile: u16) -> Option<Self> {
        match profile {
            ONE_BYTE_PROFILE => Some(Self::OneByte),
            profile if profile & 0xfff0 == TWO_BYTE_PROFILE => Some(Self::TwoByte),
            _ => None,
        }
    }

    const fn profile(self) -> u16 {
        match self {
            Self::OneByte => ONE_BYTE_PROFILE,
            Self::TwoByte => TWO_BYTE_PROFILE,
        }
    }
}

/// Where the extension block of a packet lies, and its profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionBlock {
    /// Offset of the first element.
    start: usize,
    /// Bytes of all elements, padding included.
    len: usize,
    /// `0xbede`, `0x100x`, or something that cannot be read.
    profile: u16,
}

impl ExtensionBlock {
    /// No extensions.
    pub const EMPTY: Self = Self {
        start: 0,
        len: 0,
        profile: 0,
    };

    /// Reads the block at the front of `rest`, which begins at `offset` of the packet.
    pub(crate) fn parse(rest: &[u8], offset: usize) -> Option<Self> {
        let ([p0, p1, l0, l1], elements) = rest.split_first_chunk::<BLOCK_HEADER_LEN>()?;
        let len = usize::from(u16::from_be_bytes([*l0, *l1])) * 4;
        elements.get(..len)?;
        let profile = u16::from_be_bytes([*p0, *p1]);
        Some(Self {
            start: offset + BLOCK_HEADER_LEN,
            len,
            profile,
        })
    }

    /// The form of the elements; none when there are no extensions or their profile is unknown.
    pub const fn form(&self) -> Option<ExtensionForm> {
        ExtensionForm::of_profile(self.profile)
    }

    /// Where the elements lie in the packet, without the four bytes of profile and length before them.
    pub const fn range(&self) -> Range<usize> {
        self.start..self.start + self.len
    }

    /// The elements of `packet`, the one that was parsed, in their order: id and range of the value.
    /// Ends early at an element that does not fit the block.
    pub fn elements<'a>(&self, packet: &'a [u8]) -> ExtensionElements<'a> {
        match (self.form(), packet.get(..self.range().end)) {
            (Some(form), Some(bytes)) => ExtensionElements {
                bytes,
                at: self.start,
                form,
            },
            _ => ExtensionElements {
                bytes: &[],
                at: 0,
                form: ExtensionForm::OneByte,
            },
        }
    }

    /// Where the value of the first element with this id lies.
    pub fn find(&self, packet: &[u8], id: u8) -> Option<Range<usize>> {
        self.elements(packet)
            .find(|(found, _)| *found == id)
            .map(|(_, range)| range)
    }
}

/// Iterator over the elements of an extension block: id (never 0) and range of the value in the packet.
#[derive(Clone, Debug)]
pub struct ExtensionElements<'a> {
    /// The packet up to the end of the block.
    bytes: &'a [u8],
    /// Offset of the next element.
    at: usize,
    /// How elements are laid out.
    form: ExtensionForm,
}

impl ExtensionElements<'_> {
    /// Header of the element at `at`: id, length of the value, length of the header. None ends the block.
    fn header(&self) -> Option<(u8, usize, usize)> {
        let first = *self.bytes.get(self.at)?;
        match self.form {
            ExtensionForm::OneByte => {
                let (id, len) = (first >> 4, usize::from(first & 0x0f) + 1);
                (id != 0 && id != ONE_BYTE_STOP).then_some((id, len, 1))
            }
            ExtensionForm::TwoByte => {
                let len = *self.bytes.get(self.at + 1)?;
                Some((first, usize::from(len), 2))
            }
        }
    }
}

impl Iterator for ExtensionElements<'_> {
    type Item = (u8, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.bytes.get(self.at) == Some(&0) {
            self.at += 1;
        }
        let element = self.header().and_then(|(id, len, header_len)| {
            let range = self.at + header_len..self.at + header_len + len;
            self.bytes.get(range.clone()).map(|_| (id, range))
        });
        self.at = element
            .as_ref()
            .map_or(self.bytes.len(), |(_, range)| range.end);
        element
    }
}

/// Why an element cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionError {
    /// The form that was chosen cannot express this id or length.
    BadElement,
    /// It does not fit the buffer.
    BufferFull,
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadElement => "header extension does not fit its form",
            Self::BufferFull => "buffer is full",
        })
    }
}

impl std::error::Error for ExtensionError {}

impl From<BufferFull> for ExtensionError {
    fn from(BufferFull: BufferFull) -> Self {
        Self::BufferFull
    }
}

/// Writes an extension block, the four bytes of profile and length included, to the front of a buffer.
///
/// A failed [`push`](Self::push) leaves the block as it was; the elements before it are still good.
#[derive(Debug)]
pub struct ExtensionWriter<'a> {
    /// Where the block goes.
    out: &'a mut [u8],
    /// How elements are laid out.
    form: ExtensionForm,
    /// Length of the block so far, its header included.
    at: usize,
}

impl<'a> ExtensionWriter<'a> {
    /// An empty block at the front of `out`, in a form that fits all elements to come
    /// ([`ExtensionForm::fitting`]).
    pub const fn new(out: &'a mut [u8], form: ExtensionForm) -> Self {
        Self {
            out,
            form,
            at: BLOCK_HEADER_LEN,
        }
    }

    /// Appends an element and returns the offset of its value from the start of the block.
    ///
    /// # Errors
    /// [`ExtensionError::BadElement`] for id 0 or an id or length that the form cannot express,
    /// [`ExtensionError::BufferFull`] when the element with its padding does not fit.
    pub fn push(&mut self, id: u8, value: &[u8]) -> Result<usize, ExtensionError> {
        let len = u8::try_from(value.len()).map_err(|_| ExtensionError::BadElement)?;
        let header = match self.form {
            ExtensionForm::OneByte
                if (1..ONE_BYTE_STOP).contains(&id) && (1..=16).contains(&len) =>
            {
                &[(id << 4) | (len - 1)][..]
            }
            ExtensionForm::TwoByte if id != 0 => &[id, len],
            _ => return Err(ExtensionError::BadElement),
        };
        let offset = self.at + header.len();
        let end = offset + value.len();
        // With the padding to come, so that `finish` cannot fail.
        if end.next_multiple_of(4) > self.out.len() {
            return Err(ExtensionError::BufferFull);
        }
        patch(self.out, self.at, header);
        patch(self.out, offset, value);
        self.at = end;
        Ok(offset)
    }

    /// Pads the block, writes its header and returns its length, a multiple of four. Zero when there is no element:
    /// then nothing is written and the packet must not have the X bit.
    ///
    /// # Errors
    /// [`BufferFull`] when the block is longer than its length field can say.
    pub fn finish(self) -> Result<usize, BufferFull> {
        if self.at == BLOCK_HEADER_LEN {
            return Ok(0);
        }
        let end = self.at.next_multiple_of(4);
        let words = u16::try_from((end - BLOCK_HEADER_LEN) / 4).map_err(|_| BufferFull)?;
        self.out.get_mut(self.at..end).ok_or(BufferFull)?.fill(0);
        patch(self.out, 0, &self.form.profile().to_be_bytes());
        patch(self.out, 2, &words.to_be_bytes());
        Ok(end)
    }
}
