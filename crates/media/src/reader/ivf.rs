//! IVF: a header of 32 bytes, then frames of one video track, each behind its length and its time.

use super::source::{MAX_FRAME_LEN, Source, What};
use super::{RawFrame, duration, nanos};
use crate::bitstream::Stored;
use crate::bytes::Bytes;
use crate::{Codec, Format, MediaError, Track};

const HEADER_LEN: u64 = 32;
/// Frames per second above which ticks are taken for something finer than frames.
const MAX_FRAME_RATE: u64 = 480;
/// Ticks per second when the header has none; ffmpeg's own fallback is a frame rate too.
const DEFAULT_RATE: u32 = 30;

const fn what(name: &'static str) -> What {
    What {
        format: Format::Ivf,
        name,
    }
}

pub(super) struct IvfReader {
    source: Source,
    stored: Stored,
    /// Ticks per second are `rate / scale`.
    rate: u64,
    scale: u64,
}

pub(super) fn open(mut source: Source) -> Result<(Vec<Track>, IvfReader), MediaError> {
    let header: [u8; 32] = source.array(what("its header"))?;
    let mut fields = Bytes(&header);
    let header = read_header(&mut fields).ok_or_else(|| source.truncated(what("its header")))?;
    source.seek_to(u64::from(header.len).max(HEADER_LEN))?;
    let (rate, scale) = (u64::from(header.rate), u64::from(header.scale));
    let stored = Stored::of(&header.codec, &[]).unwrap_or(Stored::AsIs);
    let mut track = Track::video(header.codec, header.width, header.height);
    // The number of frames is the duration only where a tick is a frame, which a high rate says it is not.
    if header.frames > 0 && rate <= MAX_FRAME_RATE * scale {
        track.duration = Some(duration(u64::from(header.frames), rate, scale));
    }
    let reader = IvfReader {
        source,
        stored,
        rate,
        scale,
    };
    Ok((vec![track], reader))
}

struct Header {
    len: u16,
    codec: Codec,
    width: u32,
    height: u32,
    rate: u32,
    scale: u32,
    frames: u32,
}

fn read_header(fields: &mut Bytes<'_>) -> Option<Header> {
    fields.take(6)?;
    let len = fields.u16_le()?;
    let codec = match &fields.array()? {
        b"VP80" => Codec::Vp8,
        b"VP90" => Codec::Vp9,
        b"AV01" => Codec::Av1,
        b"H264" => Codec::H264,
        other => Codec::Other(String::from_utf8_lossy(other).into_owned()),
    };
    let (width, height) = (u32::from(fields.u16_le()?), u32::from(fields.u16_le()?));
    let (mut rate, mut scale) = (fields.u32_le()?, fields.u32_le()?);
    if rate == 0 || scale == 0 {
        (rate, scale) = (DEFAULT_RATE, 1);
    }
    Some(Header {
        len,
        codec,
        width,
        height,
        rate,
        scale,
        frames: fields.u32_le()?,
    })
}

impl IvfReader {
    pub(super) fn next_frame(&mut self) -> Result<Option<RawFrame>, MediaError> {
        while self.source.remaining() > 0 {
            let header: [u8; 12] = self.source.array(what("a frame's header"))?;
            let mut fields = Bytes(&header);
            let (len, ticks) = (fields.u32_le().unwrap_or(0), fields.u64_le().unwrap_or(0));
            let data = self
                .source
                .vec(u64::from(len), MAX_FRAME_LEN, what("a frame"))?;
            let Some(data) = self.stored.restore(data).filter(|data| !data.is_empty()) else {
                continue;
            };
            let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
            let pts = nanos(ticks, self.rate, self.scale);
            return Ok(Some(RawFrame {
                track: 0,
                data,
                pts,
                dts: pts,
                duration: None,
            }));
        }
        Ok(None)
    }
}
