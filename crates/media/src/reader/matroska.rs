//! Matroska and WebM (RFC 9559), read from front to back without its index.

mod block;
mod ebml;
mod tracks;

use std::collections::VecDeque;
use std::time::Duration;

use super::source::{MAX_FRAME_LEN, Source, What};
use super::{RawFrame, nanos};
use crate::bitstream::opus;
use crate::{Codec, Format, MediaError, Track};
use block::Block;
use ebml::{Element, children, float, unsigned};
use tracks::StoredTrack;

/// Longest description of tracks, which holds codec configurations. More wastes memory on damaged files.
const MAX_TRACKS_LEN: u64 = 4 << 20;
const MAX_INFO_LEN: u64 = 1 << 20;
/// Room for what stands around a frame in its block.
const MAX_BLOCK_LEN: u64 = MAX_FRAME_LEN + (64 << 10);
/// Nanoseconds of a tick where the file does not say (RFC 9559, section 5.1.2.9).
const DEFAULT_SCALE: u64 = 1_000_000;

/// Nanoseconds by which the time of a packet of sound may differ from the end of the one before for that to be taken.
/// More hides real gaps, less lets rounding through.
const MAX_ROUNDING: u64 = 2_000_000;

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const CLUSTER_TIMESTAMP: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const BLOCK_DURATION: u32 = 0x9b;
const DISCARD_PADDING: u32 = 0x75a2;

const fn what(name: &'static str) -> What {
    What {
        format: Format::Matroska,
        name,
    }
}

pub(super) struct MatroskaReader {
    source: Source,
    /// Nanoseconds per tick.
    scale: u64,
    duration: Option<f64>,
    tracks: Vec<StoredTrack>,
    cluster_time: i64,
    ready: VecDeque<RawFrame>,
}

pub(super) fn open(source: Source) -> Result<(Vec<Track>, MatroskaReader), MediaError> {
    let mut reader = MatroskaReader {
        source,
        scale: DEFAULT_SCALE,
        duration: None,
        tracks: Vec::new(),
        cluster_time: 0,
        ready: VecDeque::new(),
    };
    while reader.tracks.is_empty() {
        let element = reader.next_element()?;
        if element.as_ref().is_none_or(|element| element.id == CLUSTER) {
            return Err(MediaError::NoTracks {
                format: Format::Matroska,
            });
        }
        if let Some(element) = element {
            reader.take(&element)?;
        }
    }
    let seconds = reader
        .duration
        .map(|ticks| ticks * scale_seconds(reader.scale));
    let seconds = seconds.filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let mut tracks: Vec<Track> = reader
        .tracks
        .iter()
        .map(|track| track.track.clone())
        .collect();
    for track in &mut tracks {
        track.duration = duration;
    }
    Ok((tracks, reader))
}

fn scale_seconds(scale: u64) -> f64 {
    Duration::from_nanos(scale).as_secs_f64()
}

impl MatroskaReader {
    pub(super) fn next_frame(&mut self) -> Result<Option<RawFrame>, MediaError> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(Some(frame));
            }
            let Some(element) = self.next_element()? else {
                return Ok(None);
            };
            self.take(&element)?;
        }
    }

    /// The header of the next element; none at the end.
    fn next_element(&mut self) -> Result<Option<Element>, MediaError> {
        if self.source.remaining() == 0 {
            return Ok(None);
        }
        let first: [u8; 1] = self.source.array(what("an element's name"))?;
        let (len, _) = ebml::width(first[0])
            .filter(|(len, _)| *len <= 4)
            .ok_or_else(|| self.damaged("an element does not begin where one must"))?;
        let mut id = u32::from(first[0]);
        for _ in 1..len {
            let [byte] = self.source.array(what("an element's name"))?;
            id = id << 8 | u32::from(byte);
        }
        let [first] = self.source.array(what("an element's size"))?;
        let (len, value) = ebml::width(first)
            .ok_or_else(|| self.damaged("an element's size is written wrongly"))?;
        let mut size = u64::from(value);
        for _ in 1..len {
            let [byte] = self.source.array(what("an element's size"))?;
            size = size << 8 | u64::from(byte);
        }
        let unknown = size == (1u64 << (7 * len)) - 1;
        Ok(Some(Element {
            id,
            size: (!unknown).then_some(size),
        }))
    }

    /// Enters an element, reads it, or passes over it. Segments and clusters are entered without minding where they
    /// end: what is in them is told by its name alone, and live recordings do not know their sizes.
    fn take(&mut self, element: &Element) -> Result<(), MediaError> {
        if matches!(element.id, SEGMENT | CLUSTER) {
            return Ok(());
        }
        let Some(size) = element.size else {
            return Err(self.damaged("an element has no size"));
        };
        match element.id {
            INFO => {
                let body = self
                    .source
                    .vec(size, MAX_INFO_LEN, what("its information"))?;
                self.take_info(&body);
            }
            TRACKS if self.tracks.is_empty() => {
                let body = self.source.vec(size, MAX_TRACKS_LEN, what("its tracks"))?;
                self.tracks = tracks::read(&body)
                    .ok_or_else(|| self.damaged("a track's description is wrong"))?;
            }
            CLUSTER_TIMESTAMP => {
                let body = self.source.vec(size, 8, what("a cluster's time"))?;
                self.cluster_time = i64::try_from(unsigned(&body)).unwrap_or(i64::MAX);
            }
            SIMPLE_BLOCK => {
                let body = self.source.vec(size, MAX_BLOCK_LEN, what("a frame"))?;
                self.take_block(&body, None, 0)?;
            }
            BLOCK_GROUP => {
                let body = self.source.vec(size, MAX_BLOCK_LEN, what("a frame"))?;
                self.take_group(&body)?;
            }
            id => {
                let name = if id == EBML {
                    "its header"
                } else {
                    "an element"
                };
                if size > self.source.remaining() {
                    return Err(self.source.truncated(what(name)));
                }
                let end = self.source.position().saturating_add(size);
                self.source.seek_to(end)?;
            }
        }
        Ok(())
    }

    fn take_info(&mut self, body: &[u8]) {
        for (id, value) in children(body) {
            match id {
                TIMESTAMP_SCALE => self.scale = unsigned(value).max(1),
                DURATION => self.duration = float(value),
                _ => {}
            }
        }
    }

    fn take_group(&mut self, body: &[u8]) -> Result<(), MediaError> {
        let (mut block, mut ticks, mut discarded) = (None, None, 0);
        for (id, value) in children(body) {
            match id {
                BLOCK => block = Some(value),
                BLOCK_DURATION => ticks = Some(unsigned(value)),
                DISCARD_PADDING => discarded = ebml::signed(value).max(0),
                _ => {}
            }
        }
        let duration = ticks.map(|ticks| ticks.saturating_mul(self.scale));
        block.map_or(Ok(()), |block| self.take_block(block, duration, discarded))
    }

    /// Takes the frames of a block. `duration` and `discarded`, which decoders leave out at the end, are nanoseconds.
    fn take_block(
        &mut self,
        body: &[u8],
        duration: Option<u64>,
        discarded: i64,
    ) -> Result<(), MediaError> {
        let at = self.source.position();
        let wrong = || MediaError::Damaged {
            format: Format::Matroska,
            what: "a frame's header is wrong",
            at,
        };
        let block = Block::parse(body).ok_or_else(wrong)?;
        let mut tracks = self.tracks.iter_mut().enumerate();
        let found = tracks.find(|(_, track)| track.number == block.track);
        let Some((index, track)) = found.filter(|(_, track)| !track.is_other()) else {
            return Ok(());
        };
        let ticks = self.cluster_time.saturating_add(i64::from(block.time));
        let scale = i64::try_from(self.scale).unwrap_or(i64::MAX);
        let mut pts = ticks.saturating_mul(scale).saturating_sub(track.delay);
        // Times are rounded to milliseconds; packets of sound follow each other without gaps and overlaps.
        if let Some(end) = track
            .sound_end
            .filter(|end| end.abs_diff(pts) < MAX_ROUNDING)
        {
            pts = end;
        }
        let count = u64::try_from(block.frames.len()).unwrap_or(1).max(1);
        let mut frames = Vec::with_capacity(block.frames.len());
        for data in block.frames {
            let data = track.stored.restore(data.to_vec()).ok_or_else(wrong)?;
            let lasts = match opus::samples(&data).filter(|_| track.track.codec == Codec::Opus) {
                Some(samples) => Some(nanos(i64::from(samples), u64::from(opus::RATE), 1)),
                None => duration
                    .map(|all| all / count)
                    .or(track.default_duration)
                    .and_then(|lasts| i64::try_from(lasts).ok()),
            };
            if !data.is_empty() {
                let heard = lasts.map(|lasts| lasts.saturating_sub(discarded).max(0));
                frames.push(RawFrame {
                    track: index,
                    data,
                    pts,
                    dts: pts,
                    duration: heard.map(|heard| Duration::from_nanos(heard.unsigned_abs())),
                });
            }
            pts = pts.saturating_add(lasts.unwrap_or(0));
        }
        track.sound_end = (track.track.codec == Codec::Opus).then_some(pts);
        self.ready.extend(frames);
        Ok(())
    }

    const fn damaged(&self, what: &'static str) -> MediaError {
        MediaError::Damaged {
            format: Format::Matroska,
            what,
            at: self.source.position(),
        }
    }
}

#[cfg(test)]
mod tests;
