//! Ogg Opus (RFC 7845).

use std::io::Write;
use std::time::Duration;

use crate::MediaError;
use crate::bitstream::opus::{self, OpusHead};
use crate::crc::ogg_crc;

const BEGINS_STREAM: u8 = 2;
const ENDS_STREAM: u8 = 4;
/// A page ends after so many samples: a second. Longer pages save bytes, shorter ones lose less when writing is cut off.
const PAGE_SAMPLES: u64 = 48_000;
/// Segments of a page, and what one holds.
const MAX_SEGMENTS: usize = 255;
const SEGMENT_LEN: usize = 255;
/// What a decoder puts out before the sound settles; 80 ms are recommended (RFC 7845, section 4.6), but the recorded
/// stream begins in the middle of a call, where nothing is to be cut off.
const PRE_SKIP: u16 = 0;
/// Program name of the comment header.
const VENDOR: &[u8] = b"miso";

/// Writes one Opus stream into an Ogg file.
#[derive(Debug)]
pub struct OggOpusWriter<W> {
    out: W,
    serial: u32,
    page_number: u32,
    /// End of the last packet, in samples.
    position: u64,
    /// Where the page in the making began.
    page_start: u64,
    lacing: Vec<u8>,
    body: Vec<u8>,
}

impl<W: Write> OggOpusWriter<W> {
    /// Begins a file of mono or stereo. `serial` names the stream in the file; any number does.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn new(out: W, channels: u8, serial: u32) -> Result<Self, MediaError> {
        let mut writer = Self {
            out,
            serial,
            page_number: 0,
            position: 0,
            page_start: 0,
            lacing: Vec::new(),
            body: Vec::new(),
        };
        let head = OpusHead {
            channels: channels.clamp(1, 2),
            pre_skip: PRE_SKIP,
            input_rate: opus::RATE,
        };
        writer.push(&head.write());
        writer.end_page(BEGINS_STREAM)?;
        let mut tags = b"OpusTags".to_vec();
        tags.extend(u32::try_from(VENDOR.len()).unwrap_or(0).to_le_bytes());
        tags.extend(VENDOR);
        tags.extend(0u32.to_le_bytes());
        writer.push(&tags);
        writer.end_page(0)?;
        Ok(writer)
    }

    /// Adds a packet that is heard at `pts`, or directly behind the one before when that is later. What is not valid
    /// Opus is left out.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn write_packet(&mut self, packet: &[u8], pts: Duration) -> Result<(), MediaError> {
        let Some(samples) = opus::samples(packet) else {
            return Ok(());
        };
        let start = (pts.as_nanos() * u128::from(opus::RATE) + 500_000_000) / 1_000_000_000;
        let start = u64::try_from(start).unwrap_or(u64::MAX).max(self.position);
        let segments = packet.len() / SEGMENT_LEN + 1;
        let is_full = self.lacing.len() + segments > MAX_SEGMENTS
            || self.position - self.page_start >= PAGE_SAMPLES;
        // A hole can only be told between pages.
        if !self.lacing.is_empty() && (is_full || start > self.position) {
            self.end_page(0)?;
        }
        if self.lacing.is_empty() {
            self.page_start = start;
        }
        self.position = start.saturating_add(u64::from(samples));
        self.push(packet);
        Ok(())
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// [`MediaError::Io`] when writing fails.
    pub fn finish(mut self) -> Result<W, MediaError> {
        self.end_page(ENDS_STREAM)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn push(&mut self, packet: &[u8]) {
        self.body.extend_from_slice(packet);
        let mut rest = packet.len();
        while rest >= SEGMENT_LEN {
            self.lacing.push(255);
            rest -= SEGMENT_LEN;
        }
        self.lacing.push(u8::try_from(rest).unwrap_or(0));
    }

    fn end_page(&mut self, flags: u8) -> Result<(), MediaError> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend(self.position.to_le_bytes());
        page.extend(self.serial.to_le_bytes());
        page.extend(self.page_number.to_le_bytes());
        let checksum_at = page.len();
        page.extend([0; 4]);
        page.push(u8::try_from(self.lacing.len()).unwrap_or(u8::MAX));
        page.append(&mut self.lacing);
        page.append(&mut self.body);
        let checksum = ogg_crc(0, &page).to_le_bytes();
        if let Some(field) = page.get_mut(checksum_at..checksum_at + checksum.len()) {
            field.copy_from_slice(&checksum);
        }
        self.out.write_all(&page)?;
        self.page_number = self.page_number.wrapping_add(1);
        self.page_start = self.position;
        Ok(())
    }
}
