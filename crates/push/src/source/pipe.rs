//! A stream that cannot be wound back, for a reader that wants a file.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The length that a stream is said to have, of which nothing is known.
const PRETENDED: u64 = 1 << 62;
/// Bytes at the beginning to which a reader can come back, to look what container it is.
const KEPT: usize = 128 << 10;

/// A stream that can be read from front to back, and wound back only at its very beginning.
pub(crate) struct Pipe<R> {
    input: R,
    /// What was read so far, as long as it is not more than may be kept.
    kept: Vec<u8>,
    /// How much was read from the stream.
    read: u64,
    /// Where the reader is: behind what was read, or in what is kept.
    position: u64,
    /// How long the stream was, once it has ended.
    ended_at: Arc<AtomicU64>,
}

/// What [`Pipe`] says until the stream has ended.
pub(crate) const NOT_ENDED: u64 = u64::MAX;

impl<R: Read> Pipe<R> {
    /// `ended_at` is told how long the stream was, so that its end can be told from a cut.
    pub(crate) const fn new(input: R, ended_at: Arc<AtomicU64>) -> Self {
        Self {
            input,
            kept: Vec::new(),
            read: 0,
            position: 0,
            ended_at,
        }
    }

    /// Reads over what is not wanted.
    fn skip_to(&mut self, target: u64) -> io::Result<()> {
        let mut waste = [0; 4096];
        while self.position < target {
            let left = usize::try_from(target - self.position).unwrap_or(waste.len());
            let len = left.min(waste.len());
            if self.read(waste.get_mut(..len).unwrap_or_default())? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Pipe<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ahead = usize::try_from(self.position)
            .ok()
            .and_then(|at| self.kept.get(at..));
        let len = match ahead.filter(|_| self.position < self.read) {
            Some(mut ahead) => ahead.read(buffer)?,
            None => {
                let len = self.input.read(buffer)?;
                if len == 0 && !buffer.is_empty() {
                    self.ended_at.store(self.read, Ordering::Relaxed);
                }
                // Exact: a length fits.
                self.read += len as u64;
                if self.kept.len() as u64 + len as u64 == self.read && self.kept.len() + len <= KEPT
                {
                    self.kept
                        .extend_from_slice(buffer.get(..len).unwrap_or_default());
                }
                len
            }
        };
        self.position += len as u64;
        Ok(len)
    }
}

impl<R: Read> Seek for Pipe<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => PRETENDED.checked_add_signed(by),
        };
        let target = target.ok_or(ErrorKind::InvalidInput)?;
        let is_kept = self.kept.len() as u64 == self.read;
        if target >= PRETENDED {
            // Only asked to learn the length; nobody reads there.
            return Ok(target);
        }
        if target >= self.position {
            self.skip_to(target)?;
        } else if is_kept {
            self.position = target;
        } else {
            return Err(ErrorKind::Unsupported.into());
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Seek, SeekFrom};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{KEPT, NOT_ENDED, Pipe};

    fn pipe(bytes: &[u8]) -> (Pipe<&[u8]>, Arc<AtomicU64>) {
        let ended_at = Arc::new(AtomicU64::new(NOT_ENDED));
        (Pipe::new(bytes, Arc::clone(&ended_at)), ended_at)
    }

    #[test]
    fn its_beginning_can_be_looked_at_and_read_again() {
        let (mut pipe, ended_at) = pipe(b"abcdef");
        assert!(pipe.seek(SeekFrom::End(0)).unwrap() > 1 << 60);
        pipe.seek(SeekFrom::Start(0)).unwrap();
        let mut head = [0; 3];
        pipe.read_exact(&mut head).unwrap();
        pipe.seek(SeekFrom::Start(1)).unwrap();
        let mut all = String::new();
        pipe.read_to_string(&mut all).unwrap();
        assert_eq!(all, "bcdef");
        assert_eq!(ended_at.load(Ordering::Relaxed), 6);
    }

    #[test]
    fn what_is_passed_over_is_read_and_dropped() {
        let (mut pipe, _) = pipe(b"abcdef");
        assert_eq!(pipe.seek(SeekFrom::Current(4)).unwrap(), 4);
        let mut byte = [0];
        pipe.read_exact(&mut byte).unwrap();
        assert_eq!(byte, *b"e");
        let error = pipe.seek(SeekFrom::Current(4)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn far_behind_its_beginning_there_is_no_way_back() {
        let bytes = vec![7; KEPT + 10];
        let (mut pipe, _) = pipe(&bytes);
        pipe.seek(SeekFrom::Current(KEPT as i64 + 5)).unwrap();
        let error = pipe.seek(SeekFrom::Start(0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}
