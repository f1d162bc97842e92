//! A file with a known length, of which no more is allocated than is there.

use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use crate::{Format, MediaError};

/// Longest frame that is accepted, in bytes. A larger one lets a damaged file take more memory at once; a smaller one
/// rejects key frames of large pictures. Those of 4K at a high rate take about 2 MB.
pub const MAX_FRAME_LEN: u64 = 16 << 20;
/// Bytes read at once. More saves system calls, less saves reading what is jumped over.
const BUFFER_LEN: usize = 64 << 10;
/// Bytes by which a container is told.
const HEAD_LEN: usize = 64;

pub(super) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Where and in what a read happens, for the error that it may yield.
#[derive(Clone, Copy)]
pub(super) struct What {
    pub(super) format: Format,
    pub(super) name: &'static str,
}

pub(super) struct Source {
    input: BufReader<Box<dyn ReadSeek>>,
    position: u64,
    len: u64,
}

impl Source {
    pub(super) fn new(mut input: Box<dyn ReadSeek>) -> Result<Self, MediaError> {
        let len = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(0))?;
        Ok(Self {
            input: BufReader::with_capacity(BUFFER_LEN, input),
            position: 0,
            len,
        })
    }

    /// The first bytes of the file, fewer when it is short; the position does not move.
    pub(super) fn peek_head(&mut self) -> Result<Vec<u8>, MediaError> {
        let mut head = Vec::with_capacity(HEAD_LEN);
        let limit = u64::try_from(HEAD_LEN).unwrap_or(u64::MAX);
        self.input.by_ref().take(limit).read_to_end(&mut head)?;
        self.input.seek(SeekFrom::Start(0))?;
        self.position = 0;
        Ok(head)
    }

    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    pub(super) const fn remaining(&self) -> u64 {
        self.len.saturating_sub(self.position)
    }

    pub(super) fn seek_to(&mut self, position: u64) -> Result<(), MediaError> {
        // Both are file offsets, so the difference fits unless the file is larger than any file can be.
        let difference = i64::try_from(i128::from(position) - i128::from(self.position))
            .map_err(|_| std::io::Error::from(ErrorKind::InvalidInput))?;
        self.input.seek_relative(difference)?;
        self.position = position;
        Ok(())
    }

    /// Reads as many bytes as fit an array.
    pub(super) fn array<const N: usize>(&mut self, what: What) -> Result<[u8; N], MediaError> {
        let mut bytes = [0; N];
        let read = self.input.read_exact(&mut bytes);
        read.map_err(|error| self.ended(what, error))?;
        self.position += u64::try_from(N).unwrap_or(0);
        Ok(bytes)
    }

    /// Reads `len` bytes, at most `limit`, and at most what the file still has.
    pub(super) fn vec(&mut self, len: u64, limit: u64, what: What) -> Result<Vec<u8>, MediaError> {
        if len > limit {
            return Err(MediaError::TooLarge {
                format: what.format,
                what: what.name,
                at: self.position,
                size: len,
                limit,
            });
        }
        if len > self.remaining() {
            return Err(self.truncated(what));
        }
        let capacity = usize::try_from(len).map_err(|_| self.truncated(what))?;
        let mut bytes = vec![0; capacity];
        let read = self.input.read_exact(&mut bytes);
        read.map_err(|error| self.ended(what, error))?;
        self.position += len;
        Ok(bytes)
    }

    pub(super) const fn truncated(&self, what: What) -> MediaError {
        MediaError::Truncated {
            format: what.format,
            what: what.name,
            at: self.position,
        }
    }

    fn ended(&self, what: What, error: std::io::Error) -> MediaError {
        if error.kind() == ErrorKind::UnexpectedEof {
            self.truncated(what)
        } else {
            error.into()
        }
    }
}
