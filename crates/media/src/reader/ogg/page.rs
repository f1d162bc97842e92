//! Pages of an Ogg file (RFC 3533, section 6).

use super::what;
use crate::bytes::Bytes;
use crate::reader::source::Source;
use crate::{Format, MediaError};

const CONTINUES: u8 = 1;
const BEGINS_STREAM: u8 = 2;
const ENDS_STREAM: u8 = 4;
const HEADER_LEN: usize = 27;
/// Bytes at the end of a file in which its last page must begin: a page has at most 65,307.
const TAIL_LEN: u64 = 66 << 10;

pub(super) struct Page {
    flags: u8,
    /// Time of the last packet that ends here; none when no packet ends.
    pub(super) granule: Option<u64>,
    pub(super) serial: u32,
    lacing: Vec<u8>,
    body: Vec<u8>,
}

impl Page {
    pub(super) const fn continues(&self) -> bool {
        self.flags & CONTINUES != 0
    }

    pub(super) const fn begins_stream(&self) -> bool {
        self.flags & BEGINS_STREAM != 0
    }

    pub(super) const fn ends_stream(&self) -> bool {
        self.flags & ENDS_STREAM != 0
    }

    /// The pieces of packets on this page, each with whether its packet ends here.
    pub(super) fn packets(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let mut body = Bytes(&self.body);
        let mut lacing = self.lacing.iter();
        std::iter::from_fn(move || {
            let (mut len, mut any, mut complete) = (0, false, false);
            for value in lacing.by_ref() {
                any = true;
                len += usize::from(*value);
                complete = *value < 255;
                if complete {
                    break;
                }
            }
            let piece = body.take(len)?;
            any.then_some((piece, complete))
        })
    }
}

pub(super) struct Pages {
    source: Source,
    put_back: Option<Page>,
}

impl Pages {
    pub(super) const fn new(source: Source) -> Self {
        Self {
            source,
            put_back: None,
        }
    }

    pub(super) fn put_back(&mut self, page: Page) {
        self.put_back = Some(page);
    }

    pub(super) const fn damaged(&self, what: &'static str) -> MediaError {
        MediaError::Damaged {
            format: Format::Ogg,
            what,
            at: self.source.position(),
        }
    }

    pub(super) const fn truncated(&self, name: &'static str) -> MediaError {
        self.source.truncated(what(name))
    }

    pub(super) fn next(&mut self) -> Result<Option<Page>, MediaError> {
        if let Some(page) = self.put_back.take() {
            return Ok(Some(page));
        }
        if self.source.remaining() == 0 {
            return Ok(None);
        }
        let header: [u8; HEADER_LEN] = self.source.array(what("a page's header"))?;
        let Some((flags, granule, serial, checksum, segments)) = read_header(&header) else {
            return Err(self.damaged("a page does not begin where one must"));
        };
        let limit = u64::MAX;
        let lacing = self
            .source
            .vec(u64::from(segments), limit, what("a page's header"))?;
        let len = lacing.iter().map(|value| u64::from(*value)).sum();
        let body = self.source.vec(len, limit, what("a page"))?;
        if checksum_of(&header, &lacing, &body) != checksum {
            return Err(self.damaged("a page's checksum is wrong"));
        }
        Ok(Some(Page {
            flags,
            granule: (granule != u64::MAX).then_some(granule),
            serial,
            lacing,
            body,
        }))
    }

    /// The last granule position of a stream, looked up at the end of the file; the position stays where it was.
    pub(super) fn last_granule(&mut self, serial: u32) -> Result<Option<u64>, MediaError> {
        let position = self.source.position();
        let start = self.source.len().saturating_sub(TAIL_LEN);
        self.source.seek_to(start)?;
        let len = self.source.remaining();
        let tail = self.source.vec(len, TAIL_LEN, what("a page"))?;
        self.source.seek_to(position)?;
        let granules = tail.windows(HEADER_LEN).rev().filter_map(|window| {
            let (_, granule, found, ..) = read_header(window.first_chunk()?)?;
            (found == serial && granule != u64::MAX).then_some(granule)
        });
        Ok(granules.take(1).next())
    }
}

/// Flags, granule position, serial number, checksum, number of segments.
fn read_header(header: &[u8; HEADER_LEN]) -> Option<(u8, u64, u32, u32, u8)> {
    let mut fields = Bytes(header);
    if fields.take(5)? != b"OggS\0" {
        return None;
    }
    let (flags, granule, serial) = (fields.u8()?, fields.u64_le()?, fields.u32_le()?);
    fields.take(4)?;
    Some((flags, granule, serial, fields.u32_le()?, fields.u8()?))
}

/// The checksum of a page whose checksum field counts as zero.
fn checksum_of(header: &[u8; HEADER_LEN], lacing: &[u8], body: &[u8]) -> u32 {
    let mut header = *header;
    if let Some(field) = header.get_mut(22..26) {
        field.fill(0);
    }
    [&header[..], lacing, body]
        .into_iter()
        .fold(0, crate::crc::ogg_crc)
}
