//! Files to frames.

mod ivf;
mod matroska;
mod mp4;
mod ogg;
mod source;

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::time::Duration;

use crate::bitstream::is_key_frame;
use crate::{Codec, Frame, MediaError, Track};
use source::{ReadSeek, Source};

pub use source::MAX_FRAME_LEN;

/// So many frames of each track are read when a file is opened: it tells where time begins, and whether pictures are
/// stored in another order than they are shown. More finds longer chains of such pictures, less opens faster.
const PROBED_FRAMES: usize = 24;
/// Reading ahead ends there in any case, if a track has few frames at the beginning.
const MAX_PROBED_FRAMES: usize = 256;
const MAX_PROBED_BYTES: usize = 8 << 20;

/// Further tracks of a file are left out. More lets damaged files take more memory and time.
const MAX_TRACKS: usize = 64;

/// Reads frames from a file, whatever its container.
pub struct Reader {
    tracks: Vec<Track>,
    container: Container,
    /// Frames that were read ahead.
    ahead: VecDeque<RawFrame>,
    /// What stopped reading ahead.
    failed: Option<MediaError>,
    /// What counts as time zero, in nanoseconds of the file's time.
    origin: i64,
    /// Decoding time of each track's last frame.
    last: Vec<Duration>,
}

/// A frame with the file's own time in nanoseconds, which may be negative.
struct RawFrame {
    track: usize,
    data: Vec<u8>,
    pts: i64,
    /// The same as `pts` in containers that have only that.
    dts: i64,
    duration: Option<Duration>,
}

enum Container {
    Ivf(ivf::IvfReader),
    Ogg(ogg::OggReader),
    Matroska(Box<matroska::MatroskaReader>),
    Mp4(Box<mp4::Mp4Reader>),
}

impl Container {
    fn open(mut source: Source) -> Result<(Vec<Track>, Self), MediaError> {
        let head = source.peek_head()?;
        Ok(match head.as_slice() {
            [] => return Err(MediaError::Empty),
            [b'D', b'K', b'I', b'F', ..] => {
                let (tracks, reader) = ivf::open(source)?;
                (tracks, Self::Ivf(reader))
            }
            [b'O', b'g', b'g', b'S', ..] => {
                let (tracks, reader) = ogg::open(source)?;
                (tracks, Self::Ogg(reader))
            }
            [0x1a, 0x45, 0xdf, 0xa3, ..] => {
                let (tracks, reader) = matroska::open(source)?;
                (tracks, Self::Matroska(Box::new(reader)))
            }
            [_, _, _, _, kind @ ..] if mp4::begins_file(kind) => {
                let (tracks, reader) = mp4::open(source)?;
                (tracks, Self::Mp4(Box::new(reader)))
            }
            head => {
                return Err(MediaError::UnknownFormat {
                    looks_like: looks_like(head),
                });
            }
        })
    }

    fn next_frame(&mut self) -> Result<Option<RawFrame>, MediaError> {
        match self {
            Self::Ivf(reader) => reader.next_frame(),
            Self::Ogg(reader) => reader.next_frame(),
            Self::Matroska(reader) => reader.next_frame(),
            Self::Mp4(reader) => reader.next_frame(),
        }
    }
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
        let (tracks, container) = Container::open(Source::new(input)?)?;
        let mut reader = Self {
            last: vec![Duration::ZERO; tracks.len()],
            tracks,
            container,
            ahead: VecDeque::new(),
            failed: None,
            origin: 0,
        };
        reader.probe();
        Ok(reader)
    }

    /// What is in the file; never empty.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The next frame of any track, in the order of decoding; none at the end. Tracks of [`Codec::Other`] have none.
    ///
    /// # Errors
    /// [`MediaError`] when the rest cannot be read. What came before is good; asking again is pointless.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        let next = match (self.ahead.pop_front(), self.failed.take()) {
            (Some(frame), failed) => {
                self.failed = failed;
                Some(frame)
            }
            (None, Some(error)) => return Err(error),
            (None, None) => self.container.next_frame()?,
        };
        Ok(next.map(|raw| self.finish(raw)))
    }

    fn finish(&mut self, raw: RawFrame) -> Frame {
        let since_origin = |time: i64| {
            let nanos = time.saturating_sub(self.origin);
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
        };
        let (pts, mut dts) = (since_origin(raw.pts), since_origin(raw.dts));
        if let Some(last) = self.last.get_mut(raw.track) {
            dts = dts.max(*last);
            *last = dts;
        }
        let codec = self.tracks.get(raw.track).map(|track| &track.codec);
        Frame {
            track: raw.track,
            is_key_frame: codec.is_some_and(|codec| is_key_frame(codec, &raw.data)),
            data: raw.data,
            pts,
            dts,
            duration: raw.duration,
        }
    }

    /// Reads the first frames to learn what no header tells.
    fn probe(&mut self) {
        let mut seen = vec![0; self.tracks.len()];
        let mut latest = vec![i64::MIN; self.tracks.len()];
        let mut bytes = 0;
        while self.ahead.len() < MAX_PROBED_FRAMES && bytes < MAX_PROBED_BYTES {
            let wanting = self.tracks.iter().zip(&seen).any(|(track, seen)| {
                !matches!(track.codec, Codec::Other(_)) && *seen < PROBED_FRAMES
            });
            if !wanting {
                break;
            }
            let frame = match self.container.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            };
            bytes += frame.data.len();
            if let (Some(track), Some(seen), Some(latest)) = (
                self.tracks.get_mut(frame.track),
                seen.get_mut(frame.track),
                latest.get_mut(frame.track),
            ) {
                *seen += 1;
                track.has_b_frames |= track.codec == Codec::H264 && frame.pts < *latest;
                *latest = frame.pts.max(*latest);
            }
            self.ahead.push_back(frame);
        }
        let times = self.ahead.iter().map(|frame| frame.dts.min(frame.pts));
        self.origin = times.min().unwrap_or(0);
    }
}

/// A time of `ticks` of which there are `rate` per `scale` seconds, in nanoseconds; saturated where it is absurd.
fn nanos(ticks: i64, rate: u64, scale: u64) -> i64 {
    let nanos = i128::from(ticks) * i128::from(scale) * 1_000_000_000 / i128::from(rate.max(1));
    i64::try_from(nanos).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
}

/// The same as a duration, for what is not negative.
fn duration(ticks: u64, rate: u64, scale: u64) -> Duration {
    let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
    Duration::from_nanos(u64::try_from(nanos(ticks, rate, scale)).unwrap_or(0))
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
        head if is_text(head) => "a text",
        _ => "of an unknown format",
    }
}

/// Whether these are whole letters, apart from a last one that may be cut.
fn is_text(head: &[u8]) -> bool {
    let letters = match std::str::from_utf8(head) {
        Ok(letters) => letters,
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or(&[]);
            std::str::from_utf8(whole).unwrap_or("")
        }
        Err(_) => return false,
    };
    letters
        .chars()
        .all(|letter| letter.is_whitespace() || !letter.is_control())
}

#[cfg(test)]
mod tests;
