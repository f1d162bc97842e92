//! Files to frames.

mod ivf;
mod ogg;
mod source;

use std::io::{Read, Seek};

use crate::{Frame, MediaError, Track};
use source::{ReadSeek, Source};

pub use source::MAX_FRAME_LEN;

/// Reads frames from a file, whatever its container.
pub struct Reader {
    tracks: Vec<Track>,
    container: Container,
}

enum Container {
    Ivf(ivf::IvfReader),
    Ogg(ogg::OggReader),
}

impl Reader {
    /// Opens a file. The container is told by the content, not by a name.
    ///
    /// # Errors
    /// [`MediaError`] when it is none that can be read, or its head is damaged.
    pub fn open(input: impl Read + Seek + Send + 'static) -> Result<Self, MediaError> {
        Self::open_boxed(Box::new(input))
    }

    fn open_boxed(input: Box<dyn ReadSeek>) -> Result<Self, MediaError> {
        let mut source = Source::new(input)?;
        let head = source.peek_head()?;
        let (tracks, container) = match head.as_slice() {
            [] => return Err(MediaError::Empty),
            [b'D', b'K', b'I', b'F', ..] => {
                let (tracks, reader) = ivf::open(source)?;
                (tracks, Container::Ivf(reader))
            }
            [b'O', b'g', b'g', b'S', ..] => {
                let (tracks, reader) = ogg::open(source)?;
                (tracks, Container::Ogg(reader))
            }
            head => {
                return Err(MediaError::UnknownFormat {
                    looks_like: looks_like(head),
                });
            }
        };
        Ok(Self { tracks, container })
    }

    /// What is in the file; never empty.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The next frame of any track, in the order of decoding; none at the end.
    ///
    /// # Errors
    /// [`MediaError`] when the rest cannot be read. What came before is good; asking again is pointless.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        match &mut self.container {
            Container::Ivf(reader) => reader.next_frame(),
            Container::Ogg(reader) => reader.next_frame(),
        }
    }
}

/// Says what a file of an unknown format could be.
fn looks_like(head: &[u8]) -> &'static str {
    match head {
        [b'R', b'I', b'F', b'F', ..] => "an AVI or WAV file",
        [b'F', b'L', b'V', ..] => "a Flash video",
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => "an MP3 or AAC file",
        [b'f', b'L', b'a', b'C', ..] => "a FLAC file",
        [0x47, ..] => "an MPEG transport stream",
        [0, 0, 1, ..] | [0, 0, 0, 1, ..] => "a bare video stream",
        head if head.iter().all(|byte| matches!(byte, 9..=13 | 32..)) => "a text",
        _ => "of an unknown format",
    }
}

#[cfg(test)]
mod tests;
