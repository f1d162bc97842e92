//! Source description and goodbye (RFC 3550, sections 6.5 and 6.6).

use crate::Ssrc;
use crate::bytes::Reader;

pub(super) const CNAME: u8 = 1;
const END: u8 = 0;

/// SDES: what sources are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sdes<'a> {
    /// How many chunks there are.
    count: u8,
    /// The chunks.
    body: &'a [u8],
}

/// What an SDES says about one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SdesChunk<'a> {
    /// The source.
    pub ssrc: Ssrc,
    /// Its canonical name, UTF-8 by rule but unchecked.
    pub cname: Option<&'a [u8]>,
}

impl<'a> Sdes<'a> {
    pub(super) fn parse(reader: Reader<'a>, count: u8) -> Option<Self> {
        let mut chunks = reader;
        for _ in 0..count {
            SdesChunk::read(&mut chunks)?;
        }
        Some(Self {
            count,
            body: reader.rest(),
        })
    }

    /// One chunk per source, at most 31.
    pub fn chunks(&self) -> impl Iterator<Item = SdesChunk<'a>> + use<'a> {
        let mut reader = Reader::new(self.body);
        (0..self.count).map_while(move |_| SdesChunk::read(&mut reader))
    }
}

impl<'a> SdesChunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let start = reader.len();
        let mut chunk = Self {
            ssrc: Ssrc(reader.u32()?),
            cname: None,
        };
        loop {
            match reader.u8()? {
                END => break,
                item => {
                    let len = reader.u8()?;
                    let text = reader.take(usize::from(len))?;
                    if item == CNAME {
                        chunk.cname = Some(text);
                    }
                }
            }
        }
        // The next chunk begins at a multiple of four bytes.
        let consumed = start - reader.len();
        reader.take(consumed.next_multiple_of(4) - consumed)?;
        Some(chunk)
    }
}

/// BYE: sources that are gone. The reason is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bye<'a>(&'a [[u8; 4]]);

impl<'a> Bye<'a> {
    pub(super) fn parse(mut reader: Reader<'a>, count: u8) -> Option<Self> {
        let ssrcs = reader.take(usize::from(count) * 4)?;
        Some(Self(ssrcs.as_chunks().0))
    }

    /// The sources, at most 31.
    pub fn ssrcs(&self) -> impl Iterator<Item = Ssrc> + use<'a> {
        self.0.iter().map(|bytes| Ssrc(u32::from_be_bytes(*bytes)))
    }
}
