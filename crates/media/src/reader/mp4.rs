//! ISO base media files: MP4, MOV, and their fragmented form (ISO/IEC 14496-12).

mod boxes;
mod fragment;
mod samples;
mod track;

use std::collections::VecDeque;
use std::time::Duration;

use super::source::{MAX_FRAME_LEN, Source, What};
use super::{MAX_TRACKS, RawFrame, duration, nanos};
use crate::bytes::Bytes;
use crate::{Codec, Format, MediaError, Track};
use boxes::{child, children};
use samples::Sample;
use track::StoredTrack;

/// Longest description of a whole file or of a fragment. Ten hours need about 20 MB. More wastes memory on damaged
/// files.
const MAX_DESCRIPTION_LEN: u64 = 64 << 20;
/// So many samples of fragments are known at once, while one track waits for its next. Tracks that are stored further
/// apart come out of order.
const MAX_KNOWN_AHEAD: usize = 20_000;

/// Samples that are known at once; more are refused: they would take 160 MB. 4 million packets of 20 ms are 22 hours.
const MAX_SAMPLES: usize = 4_000_000;

const fn what(name: &'static str) -> What {
    What {
        format: Format::Mp4,
        name,
    }
}

/// Whether a file begins like this behind its first four bytes.
pub(super) fn begins_file(kind: &[u8]) -> bool {
    const FIRST: [&[u8]; 8] = [
        b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"wide", b"skip",
    ];
    FIRST.iter().any(|first| kind.starts_with(first))
}

pub(super) struct Mp4Reader {
    source: Source,
    tracks: Vec<StoredTrack>,
    /// Samples of each track that are still to come.
    waiting: Vec<VecDeque<Sample>>,
    /// Where the next box lies that may hold a fragment; none when there are no more.
    next_box: Option<u64>,
}

/// The header of a box in the file.
struct BoxHeader {
    kind: [u8; 4],
    start: u64,
    body: u64,
    end: u64,
}

pub(super) fn open(mut source: Source) -> Result<(Vec<Track>, Mp4Reader), MediaError> {
    let mut next = 0;
    let movie = loop {
        let Some(header) = read_header(&mut source, next)? else {
            return Err(source.truncated(what("its data, before its description (moov)")));
        };
        if &header.kind == b"moov" {
            break read_body(&mut source, &header, "its description")?;
        }
        if header.end > source.len() {
            source.seek_to(header.body)?;
            return Err(source.truncated(what("its data, before its description (moov)")));
        }
        next = header.end;
    };
    let next = source.position();
    let file_len = source.len();
    let (mut stored, mut waiting) = (Vec::new(), Vec::new());
    let mut room = MAX_SAMPLES;
    let traks = children(&movie).filter(|(kind, _)| kind == b"trak");
    for (_, trak) in traks.take(MAX_TRACKS) {
        let wrong = |what| MediaError::Damaged {
            format: Format::Mp4,
            what,
            at: next,
        };
        let Some(track) = track::read(trak, &movie).map_err(wrong)? else {
            continue;
        };
        let samples = if matches!(track.track.codec, Codec::Other(_)) {
            VecDeque::new()
        } else {
            samples::read(trak, file_len, &mut room).map_err(wrong)?
        };
        waiting.push(samples);
        stored.push(track);
    }
    if stored.is_empty() {
        return Err(MediaError::NoTracks {
            format: Format::Mp4,
        });
    }
    let mut reader = Mp4Reader {
        source,
        tracks: stored,
        waiting,
        next_box: child(&movie, b"mvex").map(|_| next),
    };
    reader.find_reordering();
    let tracks = reader.tracks.iter().map(|track| track.track.clone());
    Ok((tracks.collect(), reader))
}

/// Reads the header of a box; none at the end of the file.
fn read_header(source: &mut Source, start: u64) -> Result<Option<BoxHeader>, MediaError> {
    source.seek_to(start.min(source.len()))?;
    if source.remaining() == 0 {
        return Ok(None);
    }
    let header: [u8; 8] = source.array(what("a box's header"))?;
    let mut fields = Bytes(&header);
    let size = u64::from(fields.u32().unwrap_or(0));
    let kind = fields.array().unwrap_or_default();
    let (size, header_len) = match size {
        0 => (source.len().saturating_sub(start), 8),
        1 => (
            u64::from_be_bytes(source.array(what("a box's header"))?),
            16,
        ),
        size => (size, 8),
    };
    if size < header_len {
        return Err(MediaError::Damaged {
            format: Format::Mp4,
            what: "a box is smaller than its header",
            at: start,
        });
    }
    Ok(Some(BoxHeader {
        kind,
        start,
        body: start.saturating_add(header_len),
        end: start.saturating_add(size),
    }))
}

fn read_body(
    source: &mut Source,
    header: &BoxHeader,
    name: &'static str,
) -> Result<Vec<u8>, MediaError> {
    let len = header.end.saturating_sub(header.body);
    source.vec(len, MAX_DESCRIPTION_LEN, what(name))
}

impl Mp4Reader {
    pub(super) fn next_frame(&mut self) -> Result<Option<RawFrame>, MediaError> {
        loop {
            self.read_ahead()?;
            let first = |index: usize| {
                let sample = self.waiting.get(index)?.front()?;
                Some((self.tracks.get(index)?.nanos(sample.dts), index))
            };
            let earliest = (0..self.waiting.len()).filter_map(first).min();
            let Some((_, index)) = earliest else {
                return Ok(None);
            };
            let sample = self.waiting.get_mut(index).and_then(VecDeque::pop_front);
            let Some((sample, track)) = sample.zip(self.tracks.get(index)) else {
                return Ok(None);
            };
            if sample.offset > self.source.len() {
                return Err(MediaError::Truncated {
                    format: Format::Mp4,
                    what: "its data",
                    at: self.source.len(),
                });
            }
            self.source.seek_to(sample.offset)?;
            let data = self
                .source
                .vec(u64::from(sample.size), MAX_FRAME_LEN, what("a frame"))?;
            let restored = track.stored.restore(data);
            let Some(data) = restored else {
                return Err(MediaError::Damaged {
                    format: Format::Mp4,
                    what: "a frame's parts are longer than the frame",
                    at: sample.offset,
                });
            };
            if data.is_empty() {
                continue;
            }
            let pts = sample.dts.saturating_add(i64::from(sample.shown_after));
            return Ok(Some(RawFrame {
                track: index,
                data,
                pts: track.nanos(pts),
                dts: track.nanos(sample.dts),
                duration: Some(duration(u64::from(sample.duration), track.timescale, 1)),
            }));
        }
    }

    /// Reads fragments until each track has a sample, as far as that is reasonable.
    fn read_ahead(&mut self) -> Result<(), MediaError> {
        while let Some(next) = self.next_box {
            let lacking = self
                .waiting
                .iter()
                .zip(&self.tracks)
                .any(|(waiting, track)| {
                    waiting.is_empty() && !matches!(track.track.codec, Codec::Other(_))
                });
            let known: usize = self.waiting.iter().map(VecDeque::len).sum();
            if !lacking || known > MAX_KNOWN_AHEAD {
                return Ok(());
            }
            let header = match read_header(&mut self.source, next) {
                Ok(Some(header)) => header,
                Ok(None) => {
                    self.next_box = None;
                    return Ok(());
                }
                Err(error) => {
                    // What is known already is still good.
                    return if known > 0 { Ok(()) } else { Err(error) };
                }
            };
            self.next_box = Some(header.end);
            if &header.kind == b"moof" {
                let body = read_body(&mut self.source, &header, "a fragment's description")?;
                let place = fragment::Place {
                    start: header.start,
                    room: MAX_SAMPLES.saturating_sub(known),
                };
                fragment::read(&body, place, &mut self.tracks, &mut self.waiting).map_err(
                    |what| MediaError::Damaged {
                        format: Format::Mp4,
                        what,
                        at: header.start,
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Looks for pictures that are shown before an earlier one.
    fn find_reordering(&mut self) {
        for (track, waiting) in self.tracks.iter_mut().zip(&self.waiting) {
            let mut latest = i64::MIN;
            for sample in waiting {
                let pts = sample.dts.saturating_add(i64::from(sample.shown_after));
                track.track.has_b_frames |= pts < latest && track.track.codec == Codec::H264;
                latest = latest.max(pts);
            }
        }
    }
}

impl StoredTrack {
    /// A time of the track as nanoseconds of the presentation.
    fn nanos(&self, ticks: i64) -> i64 {
        nanos(ticks, self.timescale, 1).saturating_add(self.shift)
    }

    fn set_duration(&mut self, ticks: u64, timescale: u64) {
        let known = ticks != 0 && ticks != u64::from(u32::MAX) && ticks != u64::MAX;
        let lasts = duration(ticks, timescale, 1);
        self.track.duration = (known && lasts > Duration::ZERO).then_some(lasts);
    }
}

#[cfg(test)]
mod tests;
