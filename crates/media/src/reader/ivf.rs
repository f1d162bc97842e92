//! IVF: a header of 32 bytes, then frames of one video track, each behind its length and its time.

use std::time::Duration;

use super::source::{MAX_FRAME_LEN, Source, What};
use crate::bitstream;
use crate::bytes::Bytes;
use crate::{Codec, Format, Frame, MediaError, Track};

const HEADER_LEN: u64 = 32;
const FRAME_HEADER_LEN: u64 = 12;
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
    codec: Codec,
    /// Ticks per second are `rate / scale`.
    rate: u32,
    scale: u32,
    last: Duration,
}

pub(super) fn open(mut source: Source) -> Result<(Vec<Track>, IvfReader), MediaError> {
    let header: [u8; 32] = source.array(what("its header"))?;
    let mut fields = Bytes(&header);
    let header = read_header(&mut fields).ok_or_else(|| source.truncated(what("its header")))?;
    source.seek_to(u64::from(header.len).max(HEADER_LEN))?;
    let seconds = ticks_to_time(u64::from(header.frames), header.rate, header.scale);
    let mut track = Track::video(header.codec.clone(), header.width, header.height);
    track.duration = (header.frames > 0).then_some(seconds);
    let reader = IvfReader {
        source,
        codec: header.codec,
        rate: header.rate,
        scale: header.scale,
        last: Duration::ZERO,
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

fn ticks_to_time(ticks: u64, rate: u32, scale: u32) -> Duration {
    let nanos = u128::from(ticks) * u128::from(scale) * 1_000_000_000 / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

impl IvfReader {
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        while self.source.remaining() > 0 {
            if self.source.remaining() < FRAME_HEADER_LEN {
                return Err(self.source.truncated(what("a frame's header")));
            }
            let header: [u8; 12] = self.source.array(what("a frame's header"))?;
            let mut fields = Bytes(&header);
            let (len, ticks) = (fields.u32_le().unwrap_or(0), fields.u64_le().unwrap_or(0));
            let data = self
                .source
                .vec(u64::from(len), MAX_FRAME_LEN, what("a frame"))?;
            let Some(data) = bitstream::normalize(&self.codec, data) else {
                continue;
            };
            let pts = ticks_to_time(ticks, self.rate, self.scale);
            self.last = self.last.max(pts);
            return Ok(Some(Frame {
                track: 0,
                is_key_frame: bitstream::is_key_frame(&self.codec, &data),
                data,
                pts,
                dts: self.last,
                duration: None,
            }));
        }
        Ok(None)
    }
}
