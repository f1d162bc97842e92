//! IVF.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use crate::bitstream::av1::{HAS_SIZE, TEMPORAL_DELIMITER};
use crate::reader::MAX_FRAME_LEN;
use crate::{Codec, Format, MediaError};

/// Where the number of frames stands in the header.
const FRAMES_OFFSET: u64 = 24;

/// Writes one video track into an IVF file.
#[derive(Debug)]
pub struct IvfWriter<W> {
    out: W,
    codec: Codec,
    frames: u32,
}

impl<W: Write + Seek> IvfWriter<W> {
    /// Begins a file of VP8, VP9, AV1 or H.264.
    ///
    /// # Errors
    /// [`MediaError::CannotHold`] for another codec, [`MediaError::Io`] when writing fails.
    pub fn new(mut out: W, codec: &Codec, width: u16, height: u16) -> Result<Self, MediaError> {
        let name = match codec {
            Codec::Vp8 => b"VP80",
            Codec::Vp9 => b"VP90",
            Codec::Av1 => b"AV01",
            Codec::H264 => b"H264",
            Codec::Opus | Codec::Other(_) => {
                return Err(MediaError::CannotHold {
                    format: Format::Ivf,
                    codec: codec.to_string(),
                });
            }
        };
        let mut header = b"DKIF\0\0\x20\0".to_vec();
        header.extend(name);
        header.extend(width.to_le_bytes());
        header.extend(height.to_le_bytes());
        // Ticks per second, ticks per unit, number of frames, unused.
        for field in [codec.clock_rate(), 1, 0, 0] {
            header.extend(field.to_le_bytes());
        }
        out.write_all(&header)?;
        Ok(Self {
            out,
            codec: codec.clone(),
            frames: 0,
        })
    }

    /// Adds a frame in the form that [`Codec`] describes. An empty one is left out: it would be damage to a reader.
    ///
    /// # Errors
    /// [`MediaError::TooLarge`] for a frame that no reader would take, [`MediaError::Io`] when writing fails.
    pub fn write_frame(&mut self, data: &[u8], pts: Duration) -> Result<(), MediaError> {
        if data.is_empty() {
            return Ok(());
        }
        // Each temporal unit begins with its delimiter in IVF.
        let delimiter: &[u8] = match self.codec {
            Codec::Av1 => &[TEMPORAL_DELIMITER << 3 | HAS_SIZE, 0],
            _ => &[],
        };
        let len = delimiter.len() + data.len();
        let len = u32::try_from(len)
            .ok()
            .filter(|len| u64::from(*len) <= MAX_FRAME_LEN);
        let Some(len) = len else {
            return Err(MediaError::TooLarge {
                format: Format::Ivf,
                what: "a frame",
                at: self.out.stream_position()?,
                size: u64::try_from(data.len()).unwrap_or(u64::MAX),
                limit: MAX_FRAME_LEN,
            });
        };
        // Rounded, so that the time survives being read and written again.
        let ticks =
            (pts.as_nanos() * u128::from(self.codec.clock_rate()) + 500_000_000) / 1_000_000_000;
        self.out.write_all(&len.to_le_bytes())?;
        let ticks = u64::try_from(ticks).unwrap_or(u64::MAX);
        self.out.write_all(&ticks.to_le_bytes())?;
        self.out.write_all(delimiter)?;
        self.out.write_all(data)?;
        self.frames = self.frames.saturating_add(1);
        Ok(())
    }

    /// Completes the header. Without this the file plays all the same.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn finish(mut self) -> Result<W, MediaError> {
        let end = self.out.stream_position()?;
        self.out.seek(SeekFrom::Start(FRAMES_OFFSET))?;
        self.out.write_all(&self.frames.to_le_bytes())?;
        self.out.seek(SeekFrom::Start(end))?;
        self.out.flush()?;
        Ok(self.out)
    }
}
